import { readFile } from 'node:fs/promises';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { ForeshardError } from '../../core/foreshard-error.ts';

/** Node's longest timer, in seconds: for a state without a timeout, which Step Functions gives 99,999,999 s. */
export const TIMEOUT_MAX_SECONDS = 2_147_483;
/** `${Name}`, as CloudFormation's definition substitutions write it. */
const PLACEHOLDER = /\$\{(\w+)\}/g;

/**
 * Reads a state machine in Amazon States Language as `cdk deploy` would deploy it.
 *
 * @param file one of `infra/*.asl.json`
 * @param substitutions what stands for each `${Name}`: here the names of the functions
 * @throws {ForeshardError} `InvalidInput` when a placeholder has no substitution or the definition is not valid
 */
export async function stateMachineDefinition(
  file: URL,
  substitutions: ReadonlyMap<string, string>,
): Promise<StateMachineDefinition> {
  const text = (await readFile(file, 'utf8')).replaceAll(PLACEHOLDER, (placeholder, name: string) => {
    const value = substitutions.get(name);
    if (value === undefined) {
      throw new ForeshardError(
        'InvalidInput',
        `${file.pathname} holds ${placeholder}, for which there is no function; known: ${[...substitutions.keys()].join(', ')}`,
      );
    }
    return JSON.stringify(value).slice(1, -1);
  });
  const definition = JSON.parse(text) as StateMachineDefinition;
  validate(definition, file);
  return withTimeouts(definition);
}

/** Paths and ARNs are left to asl-validator in the tests: here function names stand where AWS has ARNs. */
function validate(definition: StateMachineDefinition, file: URL): void {
  try {
    new StateMachine(definition, { validationOptions: { checkArn: false, checkPaths: true } });
  } catch (cause) {
    throw new ForeshardError('InvalidInput', `${file.pathname} is no valid state machine`, { cause });
  }
}

/** The interpreter ends a task without a timeout after 60 s; Step Functions does not. */
function withTimeouts(definition: StateMachineDefinition): StateMachineDefinition {
  const states = Object.entries(definition.States).map(([name, state]) => {
    const unlimited = state.Type === 'Task' && !('TimeoutSeconds' in state) && !('TimeoutSecondsPath' in state);
    return [name, unlimited ? { ...state, TimeoutSeconds: TIMEOUT_MAX_SECONDS } : state];
  });
  return { ...definition, States: Object.fromEntries(states) };
}
