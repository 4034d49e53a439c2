import type { Random } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';

/** How the rate of arrivals moves; each has a mean of 1 over the stream. */
export type ArrivalPattern = 'steady' | 'bursty' | 'daily';

/** An object as a stream brings it: what it weighs, and what it takes when it is worked off. */
export interface StreamObject {
  readonly arrivedAt: number;
  readonly sizeBytes: number;
  readonly workMs: number;
}

export interface StreamShape {
  readonly pattern: ArrivalPattern;
  readonly objectCount: number;
  readonly closesMs: number;
  readonly meanBytes: number;
  readonly msPerByte: number;
}

/** One tenth of the time has five times the arrivals of the rest. */
const BURST_FACTOR = 5;
const BURST_SHARE = 0.1;
const BURSTS = 6;
/** The day's highest rate is nine times its lowest. */
const DAY_SWING = 0.8;
const SIZE_SIGMA = 0.6;
/** Nobody knows the time of an object from its bytes alone. */
const WORK_SIGMA = 0.25;

/** Objects of a stream by arrival, from 0: a Poisson process under the rate of its pattern, sizes log-normal. */
export function backlogStream(shape: StreamShape, random: Random): readonly StreamObject[] {
  const { pattern, objectCount, closesMs, meanBytes, msPerByte } = shape;
  const burstsAt = Array.from({ length: BURSTS }, (_, burst) => (burst + random() * (1 - BURST_SHARE)) / BURSTS);
  const gapMs = closesMs / objectCount;
  const objects: StreamObject[] = [];
  for (let at = gap(0); at < closesMs; at += gap(at / closesMs)) {
    const sizeBytes = Math.ceil(meanBytes * logNormal(SIZE_SIGMA));
    objects.push({ arrivedAt: at, sizeBytes, workMs: sizeBytes * msPerByte * logNormal(WORK_SIGMA) });
  }
  return objects;

  function gap(share: number): number {
    return (-Math.log(1 - random()) * gapMs) / rateAt(pattern, share, burstsAt);
  }

  /** With a mean of 1. */
  function logNormal(sigma: number): number {
    return Math.exp(sigma * standardNormal(random) - (sigma * sigma) / 2);
  }
}

function rateAt(pattern: ArrivalPattern, share: number, burstsAt: readonly number[]): number {
  if (pattern === 'steady') return 1;
  if (pattern === 'daily') return 1 - DAY_SWING * Math.cos(2 * Math.PI * share);
  const calm = 1 / (1 + BURST_SHARE * (BURST_FACTOR - 1));
  const bursts = burstsAt.some((from) => share >= from && share < from + BURST_SHARE / BURSTS);
  return bursts ? BURST_FACTOR * calm : calm;
}
