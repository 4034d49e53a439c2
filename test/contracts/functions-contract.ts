import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Functions } from '../../lib/ports/functions.ts';

/**
 * Functions with one worker function that takes the orders of `test/fixtures/embedded/test-worker.ts`, has room for
 * two calls at once and 64 MiB or a little more. An endpoint that cannot run code leaves out what it cannot do.
 */
export interface FunctionsUnderTest {
  readonly functions: Functions;
  readonly worker: string;
  /** False for an endpoint that answers calls without running the function. */
  readonly runsCode: boolean;
  readonly close: () => Promise<void>;
}

/** What every adapter of functions must do. */
export function functionsContract(name: string, open: () => Promise<FunctionsUnderTest>): void {
  describe(`functions: ${name}`, () => {
    let under: FunctionsUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.close());

    it('tells what can run at once', async () => {
      const limits = await under.functions.limits();
      expect(limits.accountMax).toBeGreaterThan(0);
      expect(limits.reservableMax).toBeLessThanOrEqual(limits.accountMax);
      expect(limits.reservableLeft).toBeLessThanOrEqual(limits.reservableMax);
    });

    it('keeps a reservation until it is given back', async () => {
      const { functions, worker } = under;
      const before = (await functions.limits()).reservableLeft;
      expect(await functions.concurrency(worker)).toBeUndefined();
      await functions.reserve(worker, 2);
      await functions.reserve(worker, 2);
      expect(await functions.concurrency(worker)).toBe(2);
      expect((await functions.limits()).reservableLeft).toBe(before - 2);
      await functions.reserve(worker, undefined);
      await functions.reserve(worker, undefined);
      expect(await functions.concurrency(worker)).toBeUndefined();
      expect((await functions.limits()).reservableLeft).toBe(before);
    });

    describe('which run code', () => {
      const call = (order: object, options?: object) => under.functions.invoke(under.worker, order, options);
      beforeEach(({ skip }) => skip(!under.runsCode, 'this endpoint answers without running the function'));

      it('answers with what the function returned, as JSON', async () => {
        const value = { text: 'a', list: [1, null], absent: undefined, at: new Date(0) };
        expect(await call({ does: 'echo', value })).toMatchObject({
          value: { text: 'a', list: [1, null], at: '1970-01-01T00:00:00.000Z' },
        });
      });

      it('keeps an environment warm for the next call', async () => {
        const first = (await call({ does: 'echo' })) as { callCount: number };
        expect(await call({ does: 'echo' })).toMatchObject({ callCount: first.callCount + 1 });
      });

      it('passes on an error of the function by name and message', async () => {
        await expect(call({ does: 'throw', value: 'CorruptData' })).rejects.toMatchObject({
          name: 'CorruptData',
          message: 'CorruptData was thrown',
        });
      });

      it('names WorkerDied when the function ends without an answer, and the next call finds a new one', async () => {
        await expect(call({ does: 'exit' })).rejects.toMatchObject({ name: 'WorkerDied' });
        await expect(call({ does: 'crash' })).rejects.toMatchObject({ name: 'WorkerDied' });
        expect(await call({ does: 'echo' })).toMatchObject({ callCount: 1 });
      });

      it('names OutOfMemory when the memory runs out', async () => {
        await expect(call({ does: 'devour' })).rejects.toMatchObject({ name: 'OutOfMemory' });
        expect(await call({ does: 'echo' })).toMatchObject({ callCount: 1 });
      });

      it('names ShardTimedOut when it takes too long, even in a loop that never yields', async () => {
        await expect(call({ does: 'spin' }, { timeoutMs: 300 })).rejects.toMatchObject({ name: 'ShardTimedOut' });
        expect(await call({ does: 'echo' })).toMatchObject({ callCount: 1 });
      });

      it('ends a call when its signal aborts, with the reason of the signal', async () => {
        const control = new AbortController();
        const calling = call({ does: 'spin' }, { signal: control.signal });
        setTimeout(() => control.abort(new Error('no longer wanted')), 50);
        await expect(calling).rejects.toMatchObject({ message: 'no longer wanted' });
        await expect(call({ does: 'echo' }, { signal: control.signal })).rejects.toMatchObject({
          message: 'no longer wanted',
        });
      });

      it('throttles a call beyond the concurrency at once, and not the one after an answer', async () => {
        const calls = [call({ does: 'sleep', ms: 300 }), call({ does: 'sleep', ms: 300 })];
        await expect(call({ does: 'echo' })).rejects.toMatchObject({ name: 'Throttled' });
        await Promise.all(calls);
        expect(await call({ does: 'echo' })).toBeDefined();
      });

      it('obeys a reservation from the next call on, and none means none', async () => {
        await under.functions.reserve(under.worker, 1);
        const running = call({ does: 'sleep', ms: 100 });
        await expect(call({ does: 'echo' })).rejects.toMatchObject({ name: 'Throttled' });
        await running;
        await under.functions.reserve(under.worker, 0);
        await expect(call({ does: 'echo' })).rejects.toMatchObject({ name: 'Throttled' });
        await under.functions.reserve(under.worker, undefined);
        expect(await call({ does: 'echo' })).toBeDefined();
      });
    });
  });
}
