import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import type { Functions } from '../../lib/ports/functions.ts';

/** What a function does with its event. */
type Handler = (event: unknown) => Promise<unknown>;

/** A pool provider: workers are handlers of this process, as many at once as are reserved for them. */
export function inlineFunctions(handlers: ReadonlyMap<string, Handler>, accountMax: number): Functions {
  const reserved = new Map<string, number>();
  const running = new Map<string, number>();
  const taken = () => [...reserved.values()].reduce((sum, count) => sum + count, 0);
  return {
    async invoke(name, payload, { signal } = {}) {
      signal?.throwIfAborted();
      const handler = handlers.get(name);
      if (!handler) throw new ForeshardError('InvalidInput', `there is no function '${name}'; check its name`);
      const count = running.get(name) ?? 0;
      if (count >= (reserved.get(name) ?? accountMax)) {
        throw new ForeshardError('Throttled', `'${name}' runs ${count} times already; try again when one has ended`);
      }
      running.set(name, count + 1);
      try {
        return await handler(JSON.parse(JSON.stringify(payload ?? null)));
      } finally {
        running.set(name, (running.get(name) ?? 1) - 1);
      }
    },
    concurrency: async (name) => reserved.get(name),
    async reserve(name, concurrency) {
      if (concurrency === undefined) reserved.delete(name);
      else reserved.set(name, concurrency);
    },
    limits: async () => ({ accountMax, reservableMax: accountMax, reservableLeft: accountMax - taken() }),
  };
}
