import { describe, expect, it } from 'vitest';
import { itemBytes } from '../../bench/cost/item-bytes.ts';
import { handler as refresher } from '../../functions/refresher.ts';
import { handler as reserver } from '../../functions/reserver.ts';
import type { StageContext } from '../../functions/stage.ts';
import { storedItem } from '../../lib/adapters/aws/stored-item.ts';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { arrivalTrend } from '../../lib/forecast/arrival-record.ts';
import type { Item, Query, Table } from '../../lib/ports/table.ts';
import { toEmf } from '../../lib/profile/emf.ts';
import { readArrivals, readExpected } from '../../lib/run/arrival-store.ts';
import { storeAttempts } from '../../lib/run/attempt-store.ts';
import { readInsight, writeInsight } from '../../lib/run/insight-store.ts';
import { learnFromRun } from '../../lib/run/learn-from-run.ts';
import { loadSeries } from '../../lib/run/load-series.ts';
import type { RefreshPart } from '../../lib/run/refresh-part.ts';
import { refreshProfiles } from '../../lib/run/refresh-profiles.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 2);
const ALL = { owner: 'test', until: Number.POSITIVE_INFINITY };

/** Every five minutes for so many hours, shards that keep six slots busy. */
async function worked(services: MemoryServices, type: string, { hours = 48, from = START } = {}): Promise<void> {
  const steps = Array.from({ length: hours * 12 }, (_, step) => from + step * 5 * MINUTE);
  for (const at of steps) {
    for (let shard = 0; shard < 6; shard += 1) {
      const durationMs = 5 * MINUTE - 1;
      services.metrics.emit(toEmf(anAttempt({ type, startedAt: at, durationMs })));
    }
  }
  await storeAttempts(services.table, [anAttempt({ run: `run-${type}`, type, startedAt: from })]);
  await learnFromRun(`run-${type}`, services);
}

function at(hours: number): MemoryServices {
  return memoryServices({ startAt: START + hours * HOUR, settings: { zones: ['az1', 'az2'] } });
}

/** Each stored forecast takes a minute. */
function slowly({ table, clock }: MemoryServices): Table {
  return {
    ...table,
    async put(...call) {
      if ('forecast' in call[0]) await clock.pass(MINUTE);
      return table.put(...call);
    },
  };
}

const context = (services: MemoryServices) =>
  ({ services, awsRequestId: '1', getRemainingTimeInMillis: () => 300_000 }) as unknown as StageContext;

describe('refreshProfiles', { timeout: 90_000 }, () => {
  it('forecasts how many slots arriving work keeps busy', async () => {
    const services = at(48);
    await worked(services, 'clean@1');
    expect(await refreshProfiles(services, ALL)).toMatchObject({ refitted: ['clean@1'], skipped: [] });
    const forecast = await readArrivals(services.table, 'clean@1');
    expect(forecast?.startsAt).toBe(START + 48 * HOUR);
    expect(forecast?.busySlots).toHaveLength(72);
    // Six slots less a millisecond in five minutes, in every step.
    for (const { point, upper } of forecast?.busySlots ?? []) {
      expect(Math.abs(point - 6)).toBeLessThan(0.01);
      expect(upper).toBeGreaterThanOrEqual(point);
    }
  });

  it('makes only those anew to which something came', async () => {
    const services = at(48);
    await worked(services, 'clean@1');
    await worked(services, 'idle@1', { hours: 24 });
    await refreshProfiles(services, ALL);
    await services.clock.pass(10 * MINUTE);
    services.metrics.emit(toEmf(anAttempt({ type: 'clean@1', startedAt: START + 48 * HOUR + MINUTE })));
    expect(await refreshProfiles(services, ALL)).toMatchObject({ refitted: ['clean@1'], unchangedCount: 1 });
    await services.clock.pass(4 * HOUR);
    expect(await refreshProfiles(services, ALL)).toMatchObject({ refitted: ['clean@1', 'idle@1'] });
  });

  it('says what it had no time for, and does that first the next time', async () => {
    const services = at(48);
    await worked(services, 'a@1');
    await worked(services, 'b@1');
    const { clock } = services;
    const slow = { ...services, table: slowly(services) };
    expect(await refreshProfiles(slow, { owner: 'test', until: clock.now() + MINUTE })).toMatchObject({
      refitted: ['a@1'],
      skipped: ['b@1'],
    });
    expect(await refreshProfiles(slow, { owner: 'test', until: clock.now() + MINUTE })).toMatchObject({
      refitted: ['b@1'],
    });
  });

  it('leaves the rest in parts, each of which goes on where it ended until nothing is left', async () => {
    const services = at(48);
    const types = Array.from({ length: 9 }, (_, index) => `t${index}@1`);
    for (const type of types) await worked(services, type, { hours: 6, from: START + 42 * HOUR });
    const slow = { ...services, table: slowly(services) };
    const call = (part?: RefreshPart) =>
      refreshProfiles(slow, { owner: 'one', until: services.clock.now() + 3 * MINUTE, part });
    const first = await call();
    expect(first).toMatchObject({ outcome: 'more', refittedCount: 3, skippedCount: 6 });
    expect(first.parts.map(({ part }) => [part.index, part.count])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    const refitted = [...first.refitted];
    const outcomes = [];
    for (const { part } of first.parts) {
      for (let outcome = 'more'; outcome === 'more'; ) {
        const answer = await call(part);
        expect(answer.parts).toEqual([]);
        expect(answer.unchangedCount).toBe(0);
        refitted.push(...answer.refitted);
        outcome = answer.outcome;
        outcomes.push(outcome);
      }
    }
    // Six types in two parts, three at the most a call: one part has more than three, or both have three.
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(2);
    expect(refitted.toSorted()).toEqual(types);
  });

  it('gives up on a part of which nothing succeeds', async () => {
    const services = at(48);
    for (const type of ['a@1', 'b@1']) await worked(services, type, { hours: 2, from: START + 46 * HOUR });
    const part = { index: 0, count: 1, startedAt: services.clock.now() };
    const answer = await refreshProfiles(services, { owner: 'one', until: services.clock.now(), part });
    expect(answer).toMatchObject({ outcome: 'done', skippedCount: 2, skipped: ['a@1', 'b@1'] });
  });

  it('goes on without a type whose series cannot be read, and says so until it can', async () => {
    const services = at(48);
    for (const type of ['a@1', 'b@1']) await worked(services, type, { hours: 6, from: START + 42 * HOUR });
    const chunk = { partition: `SERIES#${loadSeries('a@1')}`, sort: `60000#${String(START + 24 * HOUR)}` };
    await services.table.put({ ...chunk, start: START + 24 * HOUR, buckets: 'no buckets' });
    for (let time = 0; time < 2; time += 1) {
      expect(await refreshProfiles(services, ALL)).toMatchObject({
        outcome: 'done',
        failedCount: 1,
        failed: [{ type: 'a@1', failure: expect.stringMatching(/^InvalidInput: series/) }],
      });
      expect((await readArrivals(services.table, 'b@1'))?.busySlots).toHaveLength(72);
    }
    await services.table.delete(chunk);
    expect(await refreshProfiles(services, ALL)).toMatchObject({ refitted: ['a@1'], failedCount: 0 });
  });

  it('leaves what is the fault of the system to those who try again', async () => {
    const services = at(48);
    await worked(services, 'a@1', { hours: 2, from: START + 46 * HOUR });
    const put = async () => Promise.reject(new ForeshardError('Throttled', 'too many writes'));
    const throttled = { ...services, table: { ...services.table, put } };
    await expect(refreshProfiles(throttled, ALL)).rejects.toMatchObject({ name: 'Throttled' });
  });

  it('refreshes once at a time: another waits until the first has ended, or was not heard of for long', async () => {
    const services = at(48);
    for (const type of ['a@1', 'b@1']) await worked(services, type, { hours: 2, from: START + 46 * HOUR });
    const { clock } = services;
    const call = (owner: string, until = Number.POSITIVE_INFINITY) => refreshProfiles(services, { owner, until });
    expect(await call('one', clock.now())).toMatchObject({ outcome: 'more', skippedCount: 2 });
    expect(await call('other')).toMatchObject({ outcome: 'busy', refittedCount: 0 });
    expect(await call('one')).toMatchObject({ outcome: 'done', refittedCount: 2 });
    expect(await call('other', clock.now())).toMatchObject({ outcome: 'more' });
    await clock.pass(7 * MINUTE);
    expect(await call('third')).toMatchObject({ outcome: 'done' });
  });

  it('gives the same when it was broken off at any write and called again', async () => {
    const whole = at(48);
    await worked(whole, 'clean@1', { hours: 30 });
    await refreshProfiles(whole, ALL);
    const expected = await readExpected(whole.table);
    for (let failAt = 0; failAt < 60; failAt += 1) {
      const services = at(48);
      await worked(services, 'clean@1', { hours: 30 });
      let writes = 0;
      const fails = async () => {
        writes += 1;
        if (writes === failAt + 1) throw new Error('the machine died');
      };
      const table = {
        ...services.table,
        put: async (...call: Parameters<typeof services.table.put>) => fails().then(() => services.table.put(...call)),
        update: async (...call: Parameters<typeof services.table.update>) =>
          fails().then(() => services.table.update(...call)),
      };
      const died = await refreshProfiles({ ...services, table }, ALL).then(
        () => false,
        () => true,
      );
      await refreshProfiles(services, ALL);
      expect(await readExpected(services.table)).toEqual(expected);
      if (!died) return;
    }
    throw new Error('it never came through');
  });

  it('measures how its intervals held, and widens them when they did not', async () => {
    const services = at(48);
    await worked(services, 'clean@1');
    await refreshProfiles(services, ALL);
    await worked(services, 'clean@1', { from: START + 48 * HOUR, hours: 3 });
    await worked(services, 'clean@1', { from: START + 48 * HOUR, hours: 3 });
    const missedCounts: number[] = [];
    for (let half = 0; half < 6; half += 1) {
      await services.clock.pass(HOUR / 2);
      await refreshProfiles(services, ALL);
      const forecast = await readArrivals(services.table, 'clean@1');
      expect(forecast?.accuracy.seenCount).toBe(6 * (half + 1));
      missedCounts.push(forecast?.accuracy.missedCount ?? 0);
      if (half === 0) expect(forecast?.accuracy.askedMiss).toBeLessThan(0.1);
    }
    // Nothing had ever moved, and then doubled: no forecast made before it can have held a single one of its six steps.
    expect(missedCounts[0]).toBe(6);
    // The others knew. They may miss as often as they promise, with a tenth each: more than 9 of 30 has a chance of
    // 0.00045, the upper tail of that binomial.
    expect((missedCounts.at(-1) ?? 0) - 6).toBeLessThanOrEqual(9);
    const { lowestCoverage = 1 } = await refreshProfiles(services, ALL);
    expect(lowestCoverage).toBeLessThan(0.9);
  });

  it('keeps what became of its forecasts, and names a type whose forecasts decay', async () => {
    const services = at(48);
    await worked(services, 'clean@1');
    expect(await refreshProfiles(services, ALL)).toMatchObject({ decayed: [], decayedCount: 0 });
    // Work comes in bursts of a random height, which nothing before has shown.
    const random = seededRandom(3);
    for (let quarter = 0; quarter < 9; quarter += 1) {
      const now = services.clock.now();
      const bursts = Math.floor(random() * 8);
      for (let burst = 0; burst < bursts; burst += 1) {
        await worked(services, 'clean@1', { from: now, hours: 1 / 4 });
      }
      await services.clock.pass(HOUR / 4);
      await refreshProfiles(services, ALL);
    }
    const { arrivals } = await readInsight(services.table, 'clean@1');
    expect(arrivals?.steps).toHaveLength(27);
    const last = arrivals?.steps.at(-1);
    expect(last?.at).toBe(START + 50.25 * HOUR - 5 * MINUTE);
    expect(arrivals?.days).toHaveLength(1);
    services.metrics.emit(toEmf(anAttempt({ type: 'clean@1', startedAt: services.clock.now() })));
    await services.clock.pass(5 * MINUTE);
    const trend = arrivals && arrivalTrend(arrivals, services.settings.level);
    expect(trend?.decay).toBe('coverage');
    expect(await refreshProfiles(services, ALL)).toMatchObject({ decayed: ['clean@1'], decayedCount: 1 });
  });

  it('tells the reserver what it needs and no more: the bounds of the forecast, in a tenth of its bytes', async () => {
    const services = at(48);
    await worked(services, 'clean@1');
    await worked(services, 'logs@1');
    await refreshProfiles(services, ALL);
    const read: Item[] = [];
    const query = async function* (asked: Query) {
      for await (const item of services.table.query(asked)) {
        read.push(item);
        yield item;
      }
    };
    const expected = await readExpected({ ...services.table, query });
    expect(read).toHaveLength(2);
    for (const [index, type] of ['clean@1', 'logs@1'].entries()) {
      const forecast = await readArrivals(services.table, type);
      const { startsAt, stepMs, uppers = [], tierShares } = expected[index] ?? {};
      expect({ startsAt, stepMs }).toEqual({ startsAt: forecast?.startsAt, stepMs: forecast?.stepMs });
      expect(tierShares).toEqual(new Map([[1_769, 1]]));
      for (const [step, { upper }] of (forecast?.busySlots ?? []).entries()) {
        const told = uppers[step] ?? Number.NaN;
        expect(told).toBeGreaterThanOrEqual(upper);
        expect(told - upper).toBeLessThan(0.001 + 1e-9);
      }
      expect(itemBytes(storedItem(read[index] ?? {})) / itemBytes(storedItem({ forecast }))).toBeLessThan(0.1);
    }
  });

  it('lets the reserver reserve ahead of work that is not there yet', async () => {
    const services = at(48);
    await worked(services, 'clean@1');
    const before = await services.clock.during(reserver({}, context(services)));
    await refresher({}, context(services));
    await services.clock.pass(MINUTE);
    await services.clock.during(reserver({}, context(services)));
    expect(before).toMatchObject({ mode: 'reserving', steps: [] });
    const reserved = await Promise.all(
      ['1769-az1', '1769-az2', '1769-regional', '3538-az1'].map((pool) =>
        services.functions.concurrency(`foreshard-worker-${pool}`),
      ),
    );
    expect(reserved[0]).toBeGreaterThanOrEqual(3);
    expect(reserved[1]).toBe(reserved[0]);
    expect(reserved.slice(2)).toEqual([undefined, undefined]);
  });
});

describe('an outlook', { timeout: 90_000 }, () => {
  it('comes of hours, with factors from the context of attempts, and is made anew by the hour', async () => {
    const services = at(24 * 6);
    const attempt = (hour: number) =>
      anAttempt({
        type: 'clean@1',
        startedAt: START + hour * HOUR,
        durationMs: 1_000_000 * (2 + Math.cos((2 * Math.PI * hour) / 24)),
        context: { activity: (hour * 7_919) % 13, region: (hour * 7_919) % 17 < 8 ? 'eu' : 'us' },
      });
    for (let hour = 0; hour < 24 * 6 - 1; hour += 1) services.metrics.emit(toEmf(attempt(hour)));
    await storeAttempts(
      services.table,
      [0, 1, 2].map((hour) => ({ ...attempt(hour), run: 'r', shard: `a/${hour}` })),
    );
    await learnFromRun('r', services);
    await refreshProfiles(services, ALL);
    const { outlook } = await readInsight(services.table, 'clean@1');
    expect(outlook?.startsAt).toBe(START + 24 * 6 * HOUR);
    const factors = new Set(outlook?.factors.map(({ factor }) => factor));
    for (const name of ['context.activity', 'context.region=eu', 'context.region=us']) expect(factors).toContain(name);
    const tried = (await readArrivals(services.table, 'clean@1'))?.covariates.map(({ name }) => name);
    expect(tried?.toSorted()).toEqual(['context.activity', 'context.region=eu', 'context.region=us']);
    // Within the hour what is stored is left as it is, whatever it is.
    const stored = await readInsight(services.table, 'clean@1');
    const marked = outlook && { ...outlook, factors: [] };
    await writeInsight(services.table, 'clean@1', { ...stored, outlook: marked });
    await services.clock.pass(HOUR / 2);
    services.metrics.emit(toEmf(attempt(24 * 6 - 0.7)));
    expect(await refreshProfiles(services, ALL)).toMatchObject({ refitted: ['clean@1'] });
    expect((await readInsight(services.table, 'clean@1')).outlook).toEqual(marked);
    await services.clock.pass(HOUR / 2 + MINUTE);
    services.metrics.emit(toEmf(attempt(24 * 6)));
    await refreshProfiles(services, ALL);
    expect((await readInsight(services.table, 'clean@1')).outlook?.startsAt).toBe(START + (24 * 6 + 1) * HOUR);
  });
});
