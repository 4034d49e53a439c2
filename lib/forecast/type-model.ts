import type { ShardType } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Profile, Sample } from '../profile/profile.ts';
import type { Estimates } from '../workflow/definition.ts';
import type { ForecastOrigin, ShardNeed } from './forecast.ts';
import type { Interval } from './interval.ts';
import { rateByHour } from './models/rate-by-hour.ts';
import { nearestRelatives } from './nearest-relatives.ts';
import { priorNeed } from './prior-need.ts';
import { type Context, contextEffect } from './rate/context-effect.ts';
import { type RatedSample, rateSeries } from './rate/rate-series.ts';
import { onOneVcpu } from './size/on-one-vcpu.ts';
import { type FittedSizeModel, fitSizeModel } from './size-model.ts';
import { stragglerShare } from './straggler-share.ts';

/** What is known of a shard before it runs. */
export interface ShardToSize {
  readonly bytes: number;
  readonly estimates: Estimates;
  /** The shard's part of its operation, in [0, 1]: only a prior looks at it. */
  readonly share: number;
}

/** All that is known of one shard type: what its shards need by size, and how that moves with time. */
export interface TypeModel {
  readonly origin: ForecastOrigin;
  readonly sampleCount: number;
  /** The size model that held-out error chose. */
  readonly name: string;
  /** The need of a shard that starts at the moment the model was made for. */
  need(shard: ShardToSize, level: number): ShardNeed;
  /** The rate over the next hours, relative to that moment. */
  rate(stepCount: number, level: number): readonly Interval[];
}

export interface TypeModelOptions {
  readonly type: ShardType;
  readonly profiles: ReadonlyMap<ShardType, Profile>;
  readonly now: EpochMs;
  readonly context: Context;
}

/** How much wider a borrowed interval is than the lender's own, as a factor on its distance, at full kinship. */
const BORROWED_WIDENING = 1.5;

/** With its own first samples a type stops borrowing: its own intervals are wide enough and centred better. */
export function typeModel(options: TypeModelOptions): TypeModel {
  const own = options.profiles.get(options.type)?.samples ?? [];
  if (own.length > 0) return sampledModel(own, options);
  const relatives = nearestRelatives(options.type, options.profiles);
  if (relatives === undefined) return priorModel();
  const borrowed = sampledModel(relatives.samples, options);
  const widening = BORROWED_WIDENING / relatives.kinship;
  return {
    ...borrowed,
    origin: 'relatives',
    need: (shard, level) => mapNeed(borrowed.need(shard, level), (interval) => widened(interval, widening)),
  };
}

function sampledModel(samples: readonly Sample[], { now, context }: TypeModelOptions): TypeModel {
  const sizes = fitSizeModel(samples);
  const rated = samples.map((sample) => ({ sample, rate: rateOf(sample, sizes) })).sort(byStart);
  const rates = rateByHour.fit(rateSeries(rated, now));
  const present = rates.predict(1, 0.5)[0]?.point ?? 1;
  const factor = present * contextEffect(rated, context);
  const slow = stragglerShare(rated.map(({ rate }) => Math.log(rate)));
  return {
    origin: 'profile',
    sampleCount: samples.length,
    name: sizes.name,
    need: ({ bytes }, level) => {
      const need = sizes.predict({ bytes }, level);
      return { ...need, durationMs: scaled(need.durationMs, factor), ...(slow > 0 && { stragglerShare: slow }) };
    },
    rate: (stepCount, level) => rates.predict(stepCount, level).map((interval) => scaled(interval, 1 / present)),
  };
}

function priorModel(): TypeModel {
  return {
    origin: 'prior',
    sampleCount: 0,
    name: 'prior',
    need: priorNeed,
    rate: (stepCount, level) => Array.from({ length: stepCount }, () => ({ point: 1, lower: 0.5, upper: 2, level })),
  };
}

/** One millisecond on both sides: an attempt of no measurable length is neither fast nor slow. */
function rateOf(sample: Sample, sizes: FittedSizeModel): number {
  const expected = sizes.predict({ bytes: sample.bytesIn }, 0.5).durationMs.point;
  return (onOneVcpu(sample) + 1) / (expected + 1);
}

function byStart(a: RatedSample, b: RatedSample): number {
  return a.sample.startedAt - b.sample.startedAt;
}

function scaled({ point, lower, upper, level }: Interval, factor: number): Interval {
  return { point: point * factor, lower: lower * factor, upper: upper * factor, level };
}

function widened({ point, lower, upper, level }: Interval, factor: number): Interval {
  return {
    point,
    lower: lower > 0 ? point * (lower / point) ** factor : 0,
    upper: widerUpper(point, upper, factor),
    level,
  };
}

/** A point of 0 has no ratio to widen: its interval widens by its own length. */
function widerUpper(point: number, upper: number, factor: number): number {
  return point > 0 ? point * (upper / point) ** factor : upper * factor;
}

function mapNeed(need: ShardNeed, change: (interval: Interval) => Interval): ShardNeed {
  return {
    cpuMs: change(need.cpuMs),
    durationMs: change(need.durationMs),
    memoryMiB: change(need.memoryMiB),
    ioMs: change(need.ioMs),
    networkBytes: change(need.networkBytes),
    ...(need.stragglerShare !== undefined && { stragglerShare: need.stragglerShare }),
  };
}
