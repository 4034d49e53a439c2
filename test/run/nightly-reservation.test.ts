import { expect, it } from 'vitest';
import { toEmf } from '../../lib/profile/emf.ts';
import { storeAttempts } from '../../lib/run/attempt-store.ts';
import { learnFromRun } from '../../lib/run/learn-from-run.ts';
import { refreshProfiles } from '../../lib/run/refresh-profiles.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 5);
const TYPE = 'clean@1';

it('a schedule that fired at three in three nights is reserved for before it fires in the fourth, and given back', async () => {
  const services = memoryServices({ startAt: START + 3 * DAY + 2.75 * HOUR, settings: { tiersMiB: [1_769] } });
  for (let night = 0; night < 3; night += 1) {
    for (let minute = 0; minute < 60; minute += 1) {
      const startedAt = START + night * DAY + 3 * HOUR + minute * MINUTE;
      // five slots, busy all the time
      for (let slot = 0; slot < 5; slot += 1) {
        services.metrics.emit(toEmf(anAttempt({ type: TYPE, startedAt, durationMs: MINUTE - 1_000 })));
      }
    }
  }
  await storeAttempts(services.table, [anAttempt({ run: 'first', type: TYPE, startedAt: START + 3 * HOUR })]);
  await learnFromRun('first', services);
  await refreshProfiles(services, { owner: 'test', until: Number.POSITIVE_INFINITY });
  const reservedAt = async (moment: number) => {
    await services.clock.pass(moment - services.clock.now());
    await services.clock.during(deliver(services, 'reserver', {}));
    return services.functions.concurrency('foreshard-worker-1769-regional');
  };
  const night = START + 3 * DAY + 3 * HOUR;
  expect(await reservedAt(night - 10 * MINUTE)).toBeUndefined();
  expect(await reservedAt(night - MINUTE)).toBe(5);
  // nothing came after all: once its hour is over, so is the reservation, after the cool-down
  await reservedAt(night + HOUR + 5 * MINUTE);
  expect((await reservedAt(night + HOUR + 15 * MINUTE)) ?? 0).toBe(0);
});
