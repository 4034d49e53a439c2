import {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { ConcurrencyLimits, Functions, InvokeOptions } from '../../ports/functions.ts';
import { PlatformFault } from '../platform-fault.ts';
import { functionError } from './function-error.ts';
import { serviceFault } from './service-fault.ts';

/** Lambda leaves at least this much to functions without a reservation. */
const UNRESERVED_MIN = 100;

/**
 * Functions in Lambda. A name may bear a qualifier (`worker:live`), which counts for calls only.
 *
 * @param client makes one attempt only: a repeated synchronous call runs the function twice, and a repeated
 *   control-plane write breaks the reserver's pace
 *
 * @see AWS Lambda Developer Guide, "Understanding Lambda function scaling"
 */
export function lambdaFunctions(client: LambdaClient = new LambdaClient({ maxAttempts: 1 })): Functions {
  return {
    invoke: (name, payload, options) => invoke(client, name, { payload, ...options }),
    async concurrency(name) {
      const FunctionName = unqualified(name);
      const command = new GetFunctionConcurrencyCommand({ FunctionName });
      const answer = await named(`GetFunctionConcurrency of '${FunctionName}'`, () => client.send(command));
      return answer.ReservedConcurrentExecutions;
    },
    async reserve(name, concurrency) {
      const FunctionName = unqualified(name);
      await named(`reserving concurrency for '${FunctionName}'`, async () => {
        if (concurrency === undefined) await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
        else await client.send(putConcurrency(FunctionName, concurrency));
      });
    },
    limits: () => named('GetAccountSettings', () => limits(client)),
  };
}

function unqualified(name: string): string {
  return name.split(':', 1)[0] ?? name;
}

async function named<Answer>(what: string, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw serviceFault(error, what);
  }
}

function putConcurrency(FunctionName: string, concurrency: number): PutFunctionConcurrencyCommand {
  return new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: concurrency });
}

async function limits(client: LambdaClient): Promise<ConcurrencyLimits> {
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
  const accountMax = AccountLimit?.ConcurrentExecutions ?? 0;
  const unreserved = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
  return {
    accountMax,
    reservableMax: Math.max(0, accountMax - UNRESERVED_MIN),
    reservableLeft: Math.max(0, unreserved - UNRESERVED_MIN),
  };
}

async function invoke(
  client: LambdaClient,
  name: string,
  { payload, timeoutMs, signal }: InvokeOptions & { readonly payload: unknown },
): Promise<unknown> {
  signal?.throwIfAborted();
  const late = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const signals = [signal, late].filter((each) => each !== undefined);
  const Payload = JSON.stringify(payload ?? null);
  try {
    const command = new InvokeCommand({ FunctionName: name, Payload });
    const answer = await client.send(command, { abortSignal: AbortSignal.any(signals) });
    const text = answer.Payload?.transformToString() ?? '';
    if (answer.FunctionError !== undefined) throw functionError(name, text);
    return text === '' ? null : JSON.parse(text);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (late?.aborted) throw new PlatformFault('ShardTimedOut', `'${name}' took longer than ${timeoutMs} ms`);
    throw invokeFault(error, name);
  }
}

function invokeFault(error: unknown, name: string): unknown {
  if (error instanceof Error && error.name === 'ResourceNotFoundException') {
    const message = `there is no function '${name}' in this account and region; check its name`;
    return new ForeshardError('InvalidInput', message, { cause: error });
  }
  const fault = serviceFault(error, `the call of '${name}'`);
  if (!(fault instanceof ForeshardError) || fault.name !== 'Throttled') return fault;
  return new PlatformFault('Throttled', fault.message, { cause: error });
}
