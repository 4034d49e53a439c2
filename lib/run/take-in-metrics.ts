import type { ShardType } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import type { Profile } from '../profile/profile.ts';
import type { Bucket } from '../profile/series/bucket.ts';
import { catchUpWindows, type Window } from '../profile/series/catch-up-windows.ts';
import { storeBuckets } from '../profile/series/series-store.ts';
import type { FollowedType } from './followed-types.ts';
import { factorNames, factorSeries } from './load-history.ts';
import { LOAD_METRIC } from './load-series.ts';
import { failureOfType } from './refresh-failure.ts';

/** Each series is a few reads and writes, one after the other. */
const SERIES_AT_ONCE_MAX = 16;

interface MetricOfType {
  readonly metric: string;
  readonly type: ShardType;
  readonly dimensions: { readonly type: ShardType };
}

/** What has come in of a group of types. */
export interface TakenIn {
  /** Types to which something new has come. */
  readonly changed: ReadonlySet<ShardType>;
  /** Types whose series could not be stored, and why. */
  readonly failures: ReadonlyMap<ShardType, string>;
  /** Everything before it was read. */
  readonly readUntil: EpochMs;
}

/**
 * Reads and stores what is missing of types that were read up to the same moment.
 *
 * @throws {ForeshardError} `Throttled`, `StoreUnavailable`: nothing may count as read then
 */
export async function takeInMetrics(
  group: readonly FollowedType[],
  profiles: ReadonlyMap<ShardType, Profile>,
  { table, metrics, clock }: Pick<Services, 'table' | 'metrics' | 'clock'>,
): Promise<TakenIn> {
  const cursor = group[0]?.readUntil ?? 0;
  const changed = new Set<ShardType>();
  const failures = new Map<ShardType, string>();
  const windows = catchUpWindows(group[0]?.readUntil, clock.now());
  const series = group.flatMap(({ type }) => seriesOf(type, profiles.get(type)));
  const store = async ({ metric, type }: MetricOfType, buckets: readonly Bucket[], { stepMs }: Window) => {
    if (buckets.length === 0 || failures.has(type)) return;
    try {
      await storeBuckets(table, factorSeries(type, metric), { buckets, stepMs });
      if (metric === LOAD_METRIC && buckets.some(({ at }) => at >= cursor)) changed.add(type);
    } catch (error) {
      failures.set(type, failureOfType(error));
    }
  };
  for (const window of windows) {
    const read = await metrics.read(series, window);
    const pairs = series.map((one, position) => ({ one, buckets: read[position] ?? [] }));
    await inParallel(pairs, SERIES_AT_ONCE_MAX, ({ one, buckets }) => store(one, buckets, window));
  }
  return { changed, failures, readUntil: windows.at(-1)?.until ?? clock.now() };
}

/** The load, and the outside factors that the type's newest attempts had. */
function seriesOf(type: ShardType, profile: Profile | undefined): readonly MetricOfType[] {
  return [LOAD_METRIC, ...factorNames(profile)].map((metric) => ({ metric, type, dimensions: { type } }));
}
