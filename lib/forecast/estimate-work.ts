import { mean, median, probit, standardDeviation } from 'simple-statistics';
import type { ShardType } from '../core/ids.ts';
import type { Bytes } from '../core/quantity.ts';
import { type Profile, SAMPLES_MAX, type Sample } from '../profile/profile.ts';
import type { WorkEstimate } from '../shards/work-estimate.ts';
import type { Operation } from '../workflow/definition.ts';
import { nearestRelatives } from './nearest-relatives.ts';
import { quantileLine } from './numeric/quantile-line.ts';
import { PRIOR_FIXED_MS, priorNeed } from './prior-need.ts';
import { onOneVcpu } from './size/on-one-vcpu.ts';
import { fitSizeModel } from './size-model.ts';
import { stragglerShare, withoutStragglers } from './straggler-share.ts';

export interface WorkRequest {
  readonly operation: Operation;
  /** Input of the whole operation. */
  readonly bytes: Bytes;
  readonly type: ShardType;
  readonly profiles: ReadonlyMap<ShardType, Profile>;
}

/** Lambda starts 1,000 environments of a function in 10 s. */
const PER_SHARD_MS = 10;

/** A shuffle's partitions are uneven, sources are cut even. */
const PRIOR_SKEW_WIDE = 1.3;

/** Spread of log durations about a single sample. */
const SINGLE_SIGMA = 0.5;

/** Sizes that differ by less do not tell a fixed part from a part per byte. */
const SIZE_RATIO_MIN = 1.5;

/** The memory that a shard may need is asked for at this level: too little costs an attempt. */
const MEMORY_LEVEL = 0.9;

const SKEW_MAX = 10;

/**
 * Estimates what an operation takes as a function of its number of shards: from its type's profile, else from the
 * type's relatives, else from the author's estimates, else from a prior.
 *
 * @complexity O(s log s) for s samples
 */
export function estimateWork(request: WorkRequest): WorkEstimate {
  const { type, profiles } = request;
  const own = profiles.get(type)?.samples ?? [];
  const samples = own.length > 0 ? own : (nearestRelatives(type, profiles)?.samples ?? []);
  if (samples.length === 0) return fromPrior(request);
  const lastShardCount = shardCountOfLastRun(own);
  return { ...fromSamples(request, samples), ...(lastShardCount !== undefined && { lastShardCount }) };
}

/** What was cut off a shard bears its number. A run of which only a part is kept says nothing. */
function shardCountOfLastRun(samples: readonly Sample[]): number | undefined {
  const last = samples.at(-1)?.run;
  if (last === undefined || (samples.length >= SAMPLES_MAX && samples[0]?.run === last)) return undefined;
  const own = samples.filter(({ run }) => run === last);
  return new Set(own.map(({ shard }) => shard.split('.')[0])).size;
}

function fromSamples({ operation, bytes }: WorkRequest, samples: readonly Sample[]): WorkEstimate {
  const { fixedMs, msPerByte, msPerShard, skew, sigma, stragglerShare: slow, memoryMiB } = whatSamplesSay(samples);
  return {
    workMs: bytes > 0 && msPerByte > 0 ? bytes * msPerByte : msPerShard,
    fixedMs,
    perShardMs: PER_SHARD_MS,
    skew: skew ?? priorSkew(operation),
    sigma,
    ...(slow > 0 && { stragglerShare: slow }),
    bytes,
    memoryMiB,
  };
}

interface SampleFacts extends ReturnType<typeof splitFixed> {
  readonly skew: number | undefined;
  readonly stragglerShare: number;
  readonly sigma: number;
  readonly memoryMiB: number;
}

/** By the samples of a profile: a thousand operations of one type ask the same thousand times. */
const said = new WeakMap<readonly Sample[], SampleFacts>();

function whatSamplesSay(samples: readonly Sample[]): SampleFacts {
  const known = said.get(samples);
  if (known) return known;
  const split = splitFixed(samples);
  const typicalBytes = median(samples.map(({ bytesIn }) => bytesIn));
  const facts = {
    ...split,
    skew: observedSkew(samples),
    ...spreadAround(samples, split),
    memoryMiB: fitSizeModel(samples).predict({ bytes: typicalBytes }, MEMORY_LEVEL).memoryMiB.upper,
  };
  said.set(samples, facts);
  return facts;
}

/** `duration = fixed + msPerByte * bytes`, where the sizes are different enough to tell the two apart. */
function splitFixed(samples: readonly Sample[]) {
  const sizes = samples.map(({ bytesIn }) => bytesIn);
  const durations = samples.map(onOneVcpu);
  const shortest = Math.min(...durations);
  const varied = Math.max(...sizes) > SIZE_RATIO_MIN * Math.min(...sizes);
  const intercept = varied ? quantileLine(sizes, durations, 0.5).intercept : Math.min(PRIOR_FIXED_MS, shortest / 2);
  const fixedMs = Math.min(shortest, Math.max(0, intercept));
  const rates = samples.map((sample) => (onOneVcpu(sample) - fixedMs) / Math.max(1, sample.bytesIn));
  const sized = sizes.some((size) => size > 0);
  return { fixedMs, msPerByte: sized ? median(rates) : 0, msPerShard: median(durations) - fixedMs };
}

/** Largest input over the mean input, in the middle run: what uneven data does to the slowest shard. */
function observedSkew(samples: readonly Sample[]): number | undefined {
  const skews = [...Map.groupBy(samples, ({ run }) => run).values()].flatMap((shards) => {
    const sizes = shards.map(({ bytesIn }) => bytesIn);
    const middle = mean(sizes);
    return sizes.length > 1 && middle > 0 ? [Math.max(...sizes) / middle] : [];
  });
  return skews.length > 0 ? Math.min(SKEW_MAX, median(skews)) : undefined;
}

/** Known partitions say how uneven the keys are; a narrow edge or a source is cut even. */
function priorSkew({ partitions, after }: Operation): number {
  if (partitions !== undefined) {
    const middle = mean(partitions);
    return middle > 0 ? Math.min(SKEW_MAX, Math.max(...partitions) / middle) : 1;
  }
  return after.some(({ edge }) => edge === 'wide') ? PRIOR_SKEW_WIDE : 1;
}

function spreadAround(
  samples: readonly Sample[],
  { fixedMs, msPerByte }: ReturnType<typeof splitFixed>,
): { readonly sigma: number; readonly stragglerShare: number } {
  if (samples.length < 2) return { sigma: SINGLE_SIGMA, stragglerShare: 0 };
  const logs = samples.map((sample) => Math.log((onOneVcpu(sample) + 1) / (fixedMs + msPerByte * sample.bytesIn + 1)));
  return { sigma: standardDeviation([...withoutStragglers(logs)]), stragglerShare: stragglerShare(logs) };
}

function fromPrior({ operation, bytes }: WorkRequest): WorkEstimate {
  const need = priorNeed({ bytes, estimates: operation.estimates, share: 1 }, MEMORY_LEVEL);
  return {
    workMs: Math.max(0, need.durationMs.point - PRIOR_FIXED_MS),
    fixedMs: PRIOR_FIXED_MS,
    perShardMs: PER_SHARD_MS,
    skew: priorSkew(operation),
    sigma: Math.log(need.durationMs.upper / need.durationMs.point) / probit((1 + MEMORY_LEVEL) / 2),
    bytes,
    memoryMiB: operation.estimates.memoryMiB ?? need.memoryMiB.point,
  };
}
