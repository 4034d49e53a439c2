import { describe, expect, it } from 'vitest';
import type { Glance } from '../../lib/observe/glance.ts';
import type { Observation } from '../../lib/observe/observe-run.ts';
import { watchOn } from '../../lib/observe/watch-on.ts';
import { virtualClock } from '../virtual-clock.ts';

/** Looks whose pauses are these, the last of which finds the run done. */
async function watched(pausesMs: readonly number[], monitorStayMs = 60_000) {
  const clock = virtualClock();
  const befores: (number | undefined)[] = [];
  const looks = pausesMs.values();
  const look = async (before: Glance | null): Promise<Observation> => {
    befores.push(before?.until);
    const pauseMs = looks.next().value;
    const checkAt = clock.now() + (pauseMs ?? 0);
    return {
      outcome: pauseMs === undefined ? 'done' : 'running',
      checkAt,
      next: { everyMs: 0, until: befores.length, witnesses: [] },
    };
  };
  const { outcome } = await clock.during(watchOn(look, null, { clock, settings: { monitorStayMs } }));
  return { outcome, at: clock.now(), befores };
}

describe('watchOn', () => {
  it('looks on within the call, each time with what the look before has left', async () => {
    expect(await watched([1_000, 2_000])).toEqual({ outcome: 'done', at: 3_000, befores: [undefined, 1, 2] });
  });

  it('leaves a pause of more than ten seconds to the state machine, and all once its time is over', async () => {
    expect(await watched([10_000, 10_001])).toMatchObject({ outcome: 'running', at: 10_000 });
    expect(await watched([9_000, 9_000, 9_000], 20_000)).toMatchObject({ outcome: 'running', at: 18_000 });
  });

  it('looks once where it must not stay', async () => {
    expect(await watched([1], 0)).toMatchObject({ outcome: 'running', befores: [undefined] });
  });
});
