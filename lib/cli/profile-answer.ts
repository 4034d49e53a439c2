import { ForeshardError } from '../core/foreshard-error.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { AccuracyPeriod, AccuracyTrend } from '../forecast/accuracy-trend.ts';
import type { ArrivalForecast } from '../forecast/arrival-forecast.ts';
import { arrivalTrend } from '../forecast/arrival-record.ts';
import type { ShardNeed, TypeForecast } from '../forecast/forecast.ts';
import { forecastShards } from '../forecast/forecast-shards.ts';
import type { JudgedStep } from '../forecast/judged-step.ts';
import type { LoadOutlook } from '../forecast/load-outlook.ts';
import { runLevel, runTrend } from '../forecast/run-accuracy.ts';
import type { Services } from '../ports/services.ts';
import type { Profile } from '../profile/profile.ts';
import { readRunAccuracy } from '../run/accuracy-store.ts';
import { readArrivals } from '../run/arrival-store.ts';
import { readInsight } from '../run/insight-store.ts';
import { loadHistory } from '../run/load-history.ts';
import { type NetworkState, readNetworkState } from '../run/network-store.ts';

/** Shards of these quantiles of the observed sizes are forecast. */
const SIZE_QUANTILES = [0.1, 0.5, 0.9];
const HOUR_MS = 3_600_000;
/** Hours of the past that are shown. */
const SHOWN_HOURS_MAX = 168;

/** What is known of a shard type, and what it makes expect. */
export interface ProfileAnswer {
  readonly type: string;
  readonly committedCount: number;
  readonly failedCount: number;
  readonly sampleCount: number;
  readonly forecast: TypeForecast;
  /** What a small, a middling and a large shard are expected to need, as they came in earlier runs. */
  readonly needs: readonly { readonly bytes: number; readonly need: ShardNeed }[];
  /** How the forecasts of its shards came true. */
  readonly shards: { readonly trend: AccuracyTrend | null; readonly runs: readonly AccuracyPeriod[] };
  /** Slots that its work kept busy, hour by hour, up to a week back. */
  readonly history: readonly { readonly at: EpochMs; readonly busySlots: number }[];
  /** The next six hours in steps of five minutes, with the models and their say; null before a refresh. */
  readonly arrivals: ArrivalForecast | null;
  /** How the forecasts of arrivals came true: the newest steps, and the trend by days. */
  readonly judged: { readonly trend: AccuracyTrend | null; readonly steps: readonly JudgedStep[] };
  /** The next two days hour by hour, and what moves the load; null before there is a whole hour. */
  readonly outlook: LoadOutlook | null;
  /** The network that all types share; null before the first training. */
  readonly network: NetworkState | null;
}

type Needed = Pick<Services, 'table' | 'objects' | 'clock' | 'settings'>;

/** Reads all that the stores hold of a type, and forecasts its shards. */
export async function profileAnswer(
  profile: Profile,
  profiles: ReadonlyMap<string, Profile>,
  { table, objects, clock, settings }: Needed,
): Promise<ProfileAnswer> {
  const { type, samples, committedCount, failedCount } = profile;
  const { level } = settings;
  const now = clock.now();
  const runs = await readRunAccuracy(table, type);
  const insight = await readInsight(table, type);
  const history = await loadHistory(table, type, { profile: undefined, readUntil: now });
  return {
    type,
    committedCount,
    failedCount,
    sampleCount: samples.length,
    ...sizes(profile, { profiles, now, level, askedLevel: runLevel(runs, level) }),
    shards: { trend: runTrend(runs, level) ?? null, runs },
    history: history ? hoursOf(history) : [],
    arrivals: (await readArrivals(table, type)) ?? null,
    judged: {
      trend: (insight.arrivals && arrivalTrend(insight.arrivals, level)) ?? null,
      steps: insight.arrivals?.steps ?? [],
    },
    outlook: insight.outlook ?? null,
    network: (await readNetworkState(objects)) ?? null,
  };
}

function hoursOf({ values, startedAt }: { readonly values: readonly number[]; readonly startedAt: EpochMs }) {
  return values.map((busySlots, hour) => ({ at: startedAt + hour * HOUR_MS, busySlots })).slice(-SHOWN_HOURS_MAX);
}

function sizes(
  { type, samples }: Profile,
  {
    profiles,
    now,
    level,
    askedLevel,
  }: {
    readonly profiles: ReadonlyMap<string, Profile>;
    readonly now: EpochMs;
    readonly level: number;
    readonly askedLevel: number;
  },
): Pick<ProfileAnswer, 'forecast' | 'needs'> {
  const sorted = samples.map(({ bytesIn }) => bytesIn).sort((a, b) => a - b);
  const bytes = [...new Set(SIZE_QUANTILES.map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0))];
  const forecast = forecastShards({
    shards: bytes.map((size, index) => ({ id: `${type}/${index}`, operation: type, type, bytes: size })),
    profiles,
    estimates: new Map(),
    now,
    horizonMs: 0,
    level,
    durationLevels: new Map([[type, askedLevel]]),
    context: samples.at(-1)?.context ?? {},
  });
  const [typeForecast] = forecast.types;
  if (!typeForecast) throw new ForeshardError('InvariantBroken', `the forecast of '${type}' is empty`);
  const needs = forecast.shards.flatMap(({ need }, index) => [{ bytes: bytes[index] ?? 0, need }]);
  return { forecast: typeForecast, needs };
}
