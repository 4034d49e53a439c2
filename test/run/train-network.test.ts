import { describe, expect, it } from 'vitest';
import { toEmf } from '../../lib/profile/emf.ts';
import { storeBuckets } from '../../lib/profile/series/series-store.ts';
import { followType } from '../../lib/run/followed-types.ts';
import { readInsight } from '../../lib/run/insight-store.ts';
import { loadSeries } from '../../lib/run/load-series.ts';
import { readNetwork, readNetworkState, writeNetworkState } from '../../lib/run/network-store.ts';
import { refreshProfiles } from '../../lib/run/refresh-profiles.ts';
import { trainNetwork } from '../../lib/run/train-network.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 2);

/** Types whose load follows the day, measured hour by hour. */
async function loaded(services: MemoryServices, { typeCount = 3, hours = 240 } = {}): Promise<void> {
  for (let type = 0; type < typeCount; type += 1) {
    const buckets = Array.from({ length: hours }, (_, hour) => ({
      at: services.clock.now() - (hours - hour) * HOUR,
      count: 4,
      sum: HOUR * (4 + type + 3 * Math.cos((2 * Math.PI * (hour - 5 * type)) / 24)),
    }));
    await storeBuckets(services.table, loadSeries(`t${type}@1`), { buckets, stepMs: HOUR });
    await followType(services.table, `t${type}@1`);
  }
}

/** Ten steps. */
const BUDGET = { budgetMs: 2_500 };

describe('trainNetwork', { timeout: 90_000 }, () => {
  it('trains on the stored series, keeps the network under its hash, and forecasts with it once it is promoted', async () => {
    const services = memoryServices({ startAt: START + 240 * HOUR });
    await loaded(services);
    const training = await trainNetwork(BUDGET, services);
    expect(training).toMatchObject({ trained: true, stepCount: 10, seriesCount: 2 });
    const state = await readNetworkState(services.objects);
    if (!training.trained || !state) throw new Error('not trained');
    expect(state.candidateHash).toBe(training.trainingHash);
    expect(training.promoted).toBe((state.candidateError ?? 0) <= (state.presentError ?? 0));
    const network = await readNetwork(services.objects);
    expect(network?.trainingHash).toBe(training.promoted ? training.trainingHash : undefined);
    expect(await trainNetwork(BUDGET, services)).toEqual({ trained: false, reason: 'not due' });

    // Whatever this one came to: a network that is promoted is heard by types of less than three weeks.
    await writeNetworkState(services.objects, { ...state, promotedHash: training.trainingHash });
    services.metrics.emit(toEmf(anAttempt({ type: 't0@1', startedAt: services.clock.now() - HOUR / 2 })));
    await refreshProfiles(services, { owner: 'test', until: Number.POSITIVE_INFINITY });
    const { outlook } = await readInsight(services.table, 't0@1');
    expect(outlook?.says.pool).toBe(0);
    expect(outlook?.says.lstm).toBeGreaterThan(0.5);
  });

  it('gives the same network for the same data and budget', async () => {
    const hashes = [];
    for (let time = 0; time < 2; time += 1) {
      const services = memoryServices({ startAt: START + 240 * HOUR });
      await loaded(services, { typeCount: 2, hours: 150 });
      const training = await trainNetwork(BUDGET, services);
      const state = await readNetworkState(services.objects);
      hashes.push({ training, state });
    }
    expect(hashes[0]).toEqual(hashes[1]);
  });

  it('does not begin without data, or without the time', async () => {
    const services = memoryServices({ startAt: START + 240 * HOUR });
    expect(await trainNetwork(BUDGET, services)).toEqual({ trained: false, reason: 'no data' });
    expect(await trainNetwork({ budgetMs: 2_400 }, services)).toEqual({ trained: false, reason: 'no time' });
    expect(await readNetworkState(services.objects)).toBeUndefined();
  });
});
