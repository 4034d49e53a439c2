import { describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/ports/clock.ts';

/** What every clock must do, a real one or a virtual one; it must not need help to move on. */
export function clockContract(name: string, open: () => Clock): void {
  describe(`clock: ${name}`, () => {
    it('never ends a sleep before its time', async () => {
      const clock = open();
      const startedAt = clock.now();
      await clock.sleep(20);
      // Node rounds a timer down by up to a millisecond against the wall clock.
      expect(clock.now() - startedAt).toBeGreaterThanOrEqual(19);
    });

    it('lets sleeps end in the order of their times', async () => {
      const clock = open();
      const ended: string[] = [];
      await Promise.all([
        clock.sleep(60).then(() => ended.push('long')),
        clock.sleep(5).then(() => ended.push('short')),
      ]);
      expect(ended).toEqual(['short', 'long']);
    });

    it('ends a sleep when its signal aborts, and does not begin one whose signal has aborted', async () => {
      const clock = open();
      const control = new AbortController();
      const startedAt = clock.now();
      const asleep = clock.sleep(60_000, control.signal);
      control.abort();
      await asleep;
      await clock.sleep(60_000, control.signal);
      expect(clock.now() - startedAt).toBeLessThan(60_000);
    });

    it('takes a time that has passed as no time', async () => {
      const clock = open();
      const startedAt = clock.now();
      await clock.sleep(0);
      await clock.sleep(-60_000);
      expect(clock.now() - startedAt).toBeLessThan(60_000);
    });

    it('leaves no listener on the signal of a sleep that has ended', async () => {
      const clock = open();
      const control = new AbortController();
      let listenerCount = 0;
      const { signal } = control;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listenerCount += 1;
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listenerCount -= 1;
        remove(...args);
      };
      for (let turn = 0; turn < 5; turn += 1) await clock.sleep(1, signal);
      expect(listenerCount).toBe(0);
    });
  });
}
