import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Execution, ExecutionStatus, Executions, MachineName } from '../../ports/executions.ts';
import { serviceFault } from './service-fault.ts';

/** Step Functions refuses a longer cause. */
const CAUSE_MAX_CHARACTERS = 32_768;

/**
 * Executions in Step Functions.
 *
 * @param machineArns of the two state machines; an execution's ARN follows from its machine's and its name
 */
export function stepFunctionsExecutions(
  machineArns: Readonly<Record<MachineName, string>>,
  client: SFNClient = new SFNClient({ maxAttempts: 6 }),
): Executions {
  const executionArn = (machine: MachineName, name: string) =>
    `${machineArns[machine].replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    async start(machine, name, input) {
      const start = { stateMachineArn: machineArns[machine], name, input: JSON.stringify(input ?? {}) };
      await unless('ExecutionAlreadyExists', `the start of '${name}'`, () =>
        client.send(new StartExecutionCommand(start)),
      );
    },
    async stop(machine, name, cause) {
      const stop = { executionArn: executionArn(machine, name), cause: cause.slice(0, CAUSE_MAX_CHARACTERS) };
      await unless('ExecutionDoesNotExist', `the stop of '${name}'`, () => client.send(new StopExecutionCommand(stop)));
    },
    async describe(machine, name) {
      const command = new DescribeExecutionCommand({ executionArn: executionArn(machine, name) });
      const answer = await unless('ExecutionDoesNotExist', `the state of '${name}'`, () => client.send(command));
      return answer && toExecution(answer);
    },
  };
}

/** @returns nothing when the call ended in the one error that is an answer too */
async function unless<Answer>(expected: string, what: string, run: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && error.name === expected) return undefined;
    throw serviceFault(error, what);
  }
}

interface Described {
  readonly status: string | undefined;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

function toExecution({ status, output, error, cause }: Described): Execution {
  return {
    // A redrive that waits is a run that is not over.
    status: status === undefined || status === 'PENDING_REDRIVE' ? 'RUNNING' : (status as ExecutionStatus),
    ...(output === undefined ? {} : { output: JSON.parse(output) }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
}
