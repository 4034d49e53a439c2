import { describe, expect, it } from 'vitest';
import { watchZones } from '../../lib/recover/watch-zones.ts';
import { BREAKER_RULES } from '../../lib/recover/zone-breaker.ts';
import { changeZone, readZones } from '../../lib/recover/zone-store.ts';
import { storeAttempts } from '../../lib/run/attempt-store.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { storedRun } from '../fixtures/stored-run.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const ZONES = ['az1', 'az2'];
const NOW_MS = 1_000_000;

/** A run with attempts that ended at a moment, so many of them well and so many with their worker dead. */
async function scene() {
  const services = memoryServices({ settings: { zones: ZONES }, startAt: NOW_MS });
  const run = await storedRun(services, [{ id: 'a' }]);
  let epoch = 0;
  const ended = async (zone: string, counts: { good?: number; bad?: number; at?: number }) => {
    const { good = 0, bad = 0, at = NOW_MS - 3_000 } = counts;
    const attempts = Array.from({ length: good + bad }, (_, index) => {
      epoch += 1;
      const outcome = index < good ? {} : { outcome: 'failed' as const, error: 'WorkerDied' };
      return anAttempt({ run, epoch, zone, startedAt: at - 500, durationMs: 500, ...outcome });
    });
    await storeAttempts(services.table, attempts);
  };
  const watch = async (failedAttemptCount = 1) => [...(await watchZones({ run, failedAttemptCount }, services)).keys()];
  return { services, ended, watch };
}

describe('watchZones', () => {
  it('closes a zone in which most attempts of the run lose their worker', async () => {
    const { ended, watch } = await scene();
    await ended('az1', { good: 3, bad: 6 });
    await ended('az2', { good: 6, bad: 3 });
    expect(await watch()).toEqual(['az2']);
  });

  it('counts each attempt once, however often it looks, and adds up what comes later', async () => {
    const { services, ended, watch } = await scene();
    await ended('az1', { bad: 5 });
    for (let look = 0; look < 5; look += 1) expect(await watch()).toEqual(ZONES);
    await services.clock.pass(5_000);
    await ended('az1', { bad: 3, at: NOW_MS + 1_000 });
    expect(await watch()).toEqual(['az2']);
  });

  it('counts each attempt once when two monitors look at the same moment', async () => {
    const { ended, watch } = await scene();
    await ended('az1', { bad: 5 });
    await Promise.all([watch(), watch()]);
    expect(await watch()).toEqual(ZONES);
  });

  it('waits for telemetry that workers keep back, and then counts it', async () => {
    const { services, ended, watch } = await scene();
    await ended('az1', { bad: 9, at: NOW_MS - 100 });
    expect(await watch()).toEqual(ZONES);
    await services.clock.pass(2_000);
    expect(await watch()).toEqual(['az2']);
  });

  it('opens the zone after its pause, and trusts it again when its probes end well', async () => {
    const { services, ended, watch } = await scene();
    await ended('az1', { bad: 9 });
    expect(await watch()).toEqual(['az2']);
    await services.clock.pass(BREAKER_RULES.pauseMs);
    expect(await watch(0)).toEqual(ZONES);
    for (const [good, state] of [
      [1, 'half-open'],
      [BREAKER_RULES.probeCount, 'closed'],
    ] as const) {
      await services.clock.pass(10_000);
      await ended('az1', { good, at: services.clock.now() - 5_000 });
      await watch(0);
      expect((await readZones(services.table, ZONES))[0]?.breaker.state).toBe(state);
    }
  });

  it('leaves out a drained zone of a run in which nothing fails', async () => {
    const { services, watch } = await scene();
    expect(await watch(0)).toEqual(ZONES);
    await changeZone(services.table, 'az2', (health) => ({ ...health, drain: { by: 'operator', since: 0 } }));
    expect(await watch(0)).toEqual(['az1']);
  });

  it('has nothing to say of an installation without zones', async () => {
    const services = memoryServices({ settings: { zones: [] } });
    expect(await watchZones({ run: 'unknown', failedAttemptCount: 3 }, services)).toEqual(new Map());
  });
});
