import { describe, expect, it } from 'vitest';
import type { Functions } from '../../lib/ports/functions.ts';
import type { PoolProvider } from '../../lib/ports/pool-provider.ts';
import { functionsContract } from './functions-contract.ts';

/** A worker that does what its event says, so that every way to end can be tested. */
const TEST_WORKER = new URL('../fixtures/embedded/test-worker.ts', import.meta.url);
const POOL = { functionName: 'worker', memoryMiB: 64, slotMax: 2 };

/** What every pool provider must do, with a worker of this machine and with stages that are none of its business. */
export function providerContract(provider: PoolProvider): void {
  const messages: unknown[] = [];
  const open = (stages: Functions) =>
    provider.open({
      functions: stages,
      pools: [POOL],
      worker: {
        entry: TEST_WORKER.href,
        data: 'given',
        timeoutMs: 60_000,
        onThreadMessage: (message) => messages.push(message),
      },
    });

  functionsContract(`${provider.name}, a provider`, async () => {
    const functions = open(stagesAlone([]));
    return { functions, worker: POOL.functionName, runsCode: true, close: async () => functions.close?.() };
  });

  describe(`pool provider: ${provider.name}`, () => {
    it('leaves functions that are no pool to those who have them', async () => {
      const asked: string[] = [];
      const functions = open(stagesAlone(asked));
      expect(await functions.invoke('monitor', { run: 'a' })).toEqual({ run: 'a' });
      expect(asked).toEqual(['monitor']);
      await functions.close?.();
    });

    it('gives its workers their data, and passes on what they say beside their answers', async () => {
      const functions = open(stagesAlone([]));
      expect(await functions.invoke(POOL.functionName, { does: 'greet' })).toMatchObject({ data: 'given' });
      expect(messages).toContainEqual({ greeting: 'hello' });
      await functions.close?.();
    });

    it('opens where there are no workers of this machine, as on AWS', async () => {
      const functions = provider.open({ functions: stagesAlone([]), pools: [POOL] });
      expect((await functions.limits()).accountMax).toBeGreaterThan(0);
      await functions.close?.();
    });
  });
}

/** Stages that give back what they get. */
function stagesAlone(asked: string[]): Functions {
  return {
    async invoke(name, payload) {
      asked.push(name);
      return payload;
    },
    concurrency: async () => undefined,
    reserve: async () => undefined,
    limits: async () => ({ accountMax: 10, reservableMax: 10, reservableLeft: 10 }),
  };
}
