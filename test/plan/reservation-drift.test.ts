import { describe, expect, it } from 'vitest';
import { leftReservations, reservationDrift } from '../../lib/plan/reservation-drift.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';

const step = (functionName: string, to: number | undefined, outcome: 'applied' | 'failed' | 'rolled-back') => ({
  functionName,
  from: undefined,
  to,
  at: 0,
  outcome,
});

describe('reservationDrift', () => {
  it('finds what is not as it was left, and says nothing of functions that are new', () => {
    const left = { same: 3, raised: 3, gone: 3, taken: null };
    const observed = new Map([
      ['same', 3],
      ['raised', 5],
      ['gone', undefined],
      ['taken', 7],
      ['new', 9],
    ]);
    expect(reservationDrift(left, observed)).toEqual([
      { functionName: 'raised', left: 3, found: 5 },
      { functionName: 'gone', left: 3, found: null },
      { functionName: 'taken', left: null, found: 7 },
    ]);
  });

  it('goes by what was written last, and not by what failed', () => {
    const log = [step('a', 4, 'applied'), step('b', 9, 'failed'), step('c', 2, 'applied'), step('c', 1, 'rolled-back')];
    const observed = new Map([
      ['a', 1],
      ['b', 2],
      ['c', 1],
      ['d', undefined],
    ]);
    expect(leftReservations(observed, log)).toEqual({ a: 4, b: 2, c: 1, d: null });
  });

  it('is reported by the reserver once, when somebody else has reserved', async () => {
    const services = memoryServices({ settings: { tiersMiB: [1_769] }, startAt: 1_000 });
    const reserve = () => deliver(services, 'reserver', {});
    expect(await reserve()).toMatchObject({ drift: [] });
    await services.functions.reserve('foreshard-worker-1769-regional', 5);
    const drift = [{ functionName: 'foreshard-worker-1769-regional', left: null, found: 5 }];
    expect(await reserve()).toMatchObject({ drift });
    expect(await reserve()).toMatchObject({ drift: [] });
  });
});
