import { ForeshardError } from '../../core/foreshard-error.ts';
import type { Functions } from '../../ports/functions.ts';
import type { LocalHandler } from './invocation.ts';

/**
 * Functions that a module of task code brings along, in place of those of Lambda: called in the thread that asks, with
 * JSON between them as there.
 *
 * @param handlers by name; an ARN stands for the name that it ends with
 */
export function moduleFunctions(handlers: Readonly<Record<string, LocalHandler>> = {}): Pick<Functions, 'invoke'> {
  const known = new Map(Object.entries(handlers));
  let calls = 0;
  return {
    async invoke(name, payload, { timeoutMs = 0, signal } = {}) {
      signal?.throwIfAborted();
      const functionName = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(name)?.[1] ?? name;
      const handler = known.get(functionName);
      if (!handler) throw unknown(functionName, [...known.keys()]);
      calls += 1;
      const endsAt = performance.now() + timeoutMs;
      const answer = await handler(JSON.parse(JSON.stringify(payload ?? null)), {
        functionName,
        awsRequestId: `local-${calls}`,
        memoryLimitInMB: '128',
        getRemainingTimeInMillis: () => endsAt - performance.now(),
      });
      return JSON.parse(JSON.stringify(answer ?? null));
    },
  };
}

function unknown(name: string, known: readonly string[]): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `there is no function '${name}' here; known: ${known.join(', ') || 'none'}; export it from the module of your tasks: export const functions = { '${name}': handler }`,
  );
}
