import type { ShardType } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { ArrivalForecast } from '../forecast/arrival-forecast.ts';
import { arrivalTrend, withJudged } from '../forecast/arrival-record.ts';
import { ARRIVAL_RESOLUTION, forecastArrivals, judgeArrivals } from '../forecast/forecast-arrivals.ts';
import { runTrend } from '../forecast/run-accuracy.ts';
import type { Services } from '../ports/services.ts';
import type { Table } from '../ports/table.ts';
import type { Profile } from '../profile/profile.ts';
import type { FactorBuckets } from '../profile/series/factor-values.ts';
import { readBuckets } from '../profile/series/series-store.ts';
import { readRunAccuracy } from './accuracy-store.ts';
import { readArrivals, writeArrivals } from './arrival-store.ts';
import { readInsight, writeInsight } from './insight-store.ts';
import { factorNames, factorSeries } from './load-history.ts';
import { loadSeries } from './load-series.ts';
import { refitOutlook, type Shared } from './refit-outlook.ts';

const FACTORS_AT_ONCE_MAX = 4;

interface Refit {
  readonly type: ShardType;
  readonly profile: Profile | undefined;
  /** Everything before it was read. */
  readonly readUntil: EpochMs;
  readonly shared: Shared;
}

export interface Refitted {
  /** Nothing when nothing arrives any more. */
  readonly forecast: ArrivalForecast | undefined;
  /** Whether its forecasts have got worse than they were, or than they promise. */
  readonly decays: boolean;
}

/**
 * Makes a type's forecast of arrivals anew, after what became of the one before was written down: broken off between
 * the two, it counts nothing twice.
 */
export async function refitType(
  { type, profile, readUntil, shared }: Refit,
  { table, settings, models }: Pick<Services, 'table' | 'settings' | 'models'>,
): Promise<Refitted> {
  const before = await readArrivals(table, type);
  const buckets = await readBuckets(table, loadSeries(type), { resolution: ARRIVAL_RESOLUTION, now: readUntil });
  const insight = await readInsight(table, type);
  const arrivals = withJudged(insight.arrivals, judgeArrivals(before, buckets, readUntil));
  const outlook = await refitOutlook(insight, { type, profile, readUntil, shared }, { table, settings, models });
  await writeInsight(table, type, { ...outlook, arrivals });
  const { level, calendar } = settings;
  const factors = await readFactors(table, type, { profile, readUntil });
  const forecast = forecastArrivals({ type, buckets, readUntil, level, calendar, factors, before, models });
  await writeArrivals(table, type, { forecast, tierShares: tierShares(profile) });
  const trends = [arrivalTrend(arrivals, level), runTrend(await readRunAccuracy(table, type), level)];
  return { forecast, decays: trends.some((trend) => trend?.decay !== undefined) };
}

/** The outside factors that the type's newest attempts had, on the grid of arrivals. */
async function readFactors(
  table: Table,
  type: ShardType,
  { profile, readUntil }: Pick<Refit, 'profile' | 'readUntil'>,
): Promise<readonly FactorBuckets[]> {
  const asked = { resolution: ARRIVAL_RESOLUTION, now: readUntil };
  return inParallel(factorNames(profile), FACTORS_AT_ONCE_MAX, async (name) => ({
    name,
    buckets: await readBuckets(table, factorSeries(type, name), asked),
  }));
}

function tierShares(profile: Profile | undefined): ReadonlyMap<number, number> {
  const samples = profile?.samples ?? [];
  const tiers = Map.groupBy(samples, ({ memoryTierMiB }) => memoryTierMiB);
  return new Map([...tiers].map(([memoryMiB, { length }]) => [memoryMiB, length / samples.length]));
}
