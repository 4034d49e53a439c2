import * as z from 'zod';
import type { Interval } from '../interval.ts';

/** What is carried from run to run: plain JSON for the store. */
export const AdaptiveState = z.strictObject({
  /** The share of misses that was promised. */
  targetMiss: z.number().gt(0).lt(1),
  /** The share of misses to ask for, so that the promised one comes true. */
  askedMiss: z.number(),
  seenCount: z.int().nonnegative(),
  missedCount: z.int().nonnegative(),
});
export type AdaptiveState = z.infer<typeof AdaptiveState>;

/**
 * How fast the asked share follows the misses. After n outcomes the share of misses is at most (promised + step) /
 * (n step) beyond the promised one: with 0.03 a level of 95 % covers 93 % of 134 outcomes, whatever they are.
 */
const STEP = 0.03;

/** An asked share of 0 would mean an infinite interval, which that bound rests on: this much is as wide as it gets. */
const MISS_MIN = 1e-6;
const MISS_MAX = 0.5;

/** @param level probability that a truth shall lie in its interval, in (0, 1) */
export function startAdaptive(level: number): AdaptiveState {
  return { targetMiss: 1 - level, askedMiss: 1 - level, seenCount: 0, missedCount: 0 };
}

/** The level at which to ask a model, so that in the long run the promised share of truths is covered. */
export function askedLevel({ askedMiss }: AdaptiveState): number {
  return 1 - Math.min(MISS_MAX, Math.max(MISS_MIN, askedMiss));
}

/** More outcomes of one interval than this, all had at once, move the asked share no further. */
const TOGETHER_MAX = 4;

/**
 * Learns from one outcome: a miss asks for wider intervals, a hit for slightly narrower ones. Whatever the data do,
 * the share of misses tends to the promised one.
 *
 * @see Gibbs and Candès, "Adaptive conformal inference under distribution shift", 2021
 */
export function afterOutcome(state: AdaptiveState, interval: Interval, truth: number): AdaptiveState {
  const missed = truth < interval.lower || truth > interval.upper;
  return afterOutcomes(state, { seenCount: 1, missedCount: missed ? 1 : 0 });
}

/**
 * Learns from outcomes that were all asked for at one level, as a run's shards are. They count by their number, but as
 * no more than four: a run has one weather, and a thousand shards in it are not a thousand trials.
 */
export function afterOutcomes(
  state: AdaptiveState,
  { seenCount, missedCount }: Pick<AdaptiveState, 'seenCount' | 'missedCount'>,
): AdaptiveState {
  if (seenCount === 0) return state;
  const stride = STEP * Math.min(seenCount, TOGETHER_MAX);
  const next = state.askedMiss + stride * (state.targetMiss - missedCount / seenCount);
  return {
    targetMiss: state.targetMiss,
    // Kept near what can be asked for: a long bad spell must not take as long to forget.
    askedMiss: Math.min(MISS_MAX, Math.max(-stride, next)),
    seenCount: state.seenCount + seenCount,
    missedCount: state.missedCount + missedCount,
  };
}
