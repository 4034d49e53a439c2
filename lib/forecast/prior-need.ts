import { probit } from 'simple-statistics';
import type { Bytes } from '../core/quantity.ts';
import type { Estimates } from '../workflow/definition.ts';
import type { ShardNeed } from './forecast.ts';
import type { Interval } from './interval.ts';

/** A shard of a type that nothing is known about, but for what the author of the workflow believes. */
export interface UnknownShard {
  readonly bytes: Bytes;
  /** Of the whole operation. */
  readonly estimates: Estimates;
  /** The shard's part of its operation, in [0, 1]. */
  readonly share: number;
}

/** Parsing text in one thread of JavaScript goes at 10 to 100 MB a second; the slow end, because work follows it. */
export const PRIOR_MS_PER_BYTE = 1e-4;

/** Start of a task, first request to the store: what even an empty shard takes. */
export const PRIOR_FIXED_MS = 200;

/** The runtime itself, and what a parsed byte grows to. */
const PRIOR_BASE_MIB = 128;
const PRIOR_MEMORY_PER_BYTE = 3;

/** A store gives one connection some 50 MB a second. */
const PRIOR_IO_MS_PER_BYTE = 2e-5;

const BYTES_PER_MIB = 1_048_576;

/** Lambda's largest function: no prior asks for more. */
const MEMORY_MAX_MIB = 10_240;

/** Spread of the log error of a guess: a factor of 4.5 at one sigma without any estimate, of 2 with the author's. */
const GUESS_SIGMA = 1.5;
const ESTIMATE_SIGMA = 0.7;
const MEMORY_SIGMA = 0.7;

/**
 * Predicts a shard whose type was never seen: from the author's estimates where there are some, from general
 * experience where not. The intervals are as wide as the ignorance.
 *
 * @param level probability that the truth lies in each interval, in (0, 1)
 */
export function priorNeed(shard: UnknownShard, level: number): ShardNeed {
  const { bytes, estimates } = shard;
  const cpu = priorCpuMs(shard);
  const ioMs = PRIOR_FIXED_MS / 2 + bytes * PRIOR_IO_MS_PER_BYTE;
  const memoryMiB = estimates.memoryMiB ?? PRIOR_BASE_MIB + (PRIOR_MEMORY_PER_BYTE * bytes) / BYTES_PER_MIB;
  const cpuSigma = estimates.cpuSeconds === undefined ? GUESS_SIGMA : ESTIMATE_SIGMA;
  return {
    cpuMs: logNormal(cpu, cpuSigma, level),
    durationMs: logNormal(cpu + ioMs, cpuSigma, level),
    memoryMiB: capped(logNormal(memoryMiB, MEMORY_SIGMA, level), MEMORY_MAX_MIB),
    ioMs: logNormal(ioMs, GUESS_SIGMA, level),
    networkBytes: logNormal(2 * bytes, ESTIMATE_SIGMA, level),
  };
}

function priorCpuMs({ bytes, estimates, share }: UnknownShard): number {
  if (estimates.cpuSeconds !== undefined) return estimates.cpuSeconds * 1_000 * share;
  return PRIOR_FIXED_MS / 2 + bytes * PRIOR_MS_PER_BYTE;
}

function logNormal(point: number, sigma: number, level: number): Interval {
  const factor = Math.exp(sigma * probit((1 + level) / 2));
  return { point, lower: point / factor, upper: point * factor, level };
}

function capped({ point, lower, upper, level }: Interval, most: number): Interval {
  return { point: Math.min(point, most), lower: Math.min(lower, most), upper: Math.min(upper, most), level };
}
