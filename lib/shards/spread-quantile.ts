import { probit } from 'simple-statistics';
import { type ShardSpread, STRAGGLER_LEAST, STRAGGLER_MOST } from './shard-spread.ts';
import { slowestFactor } from './slowest-factor.ts';

/** What uncertain durations do to an operation, as multiples of what is predicted. */
export interface SpreadQuantile {
  /** Of the slowest of N shards. */
  slowest(count: number): number;
  /** Of all shards together. */
  readonly total: number;
}

export interface SpreadLevel {
  /** Probability with which an operation keeps the factors, in (0, 1). */
  readonly level: number;
  /** Power of the factors: 0 takes predictions for certain, 1 is what the spread says, more is more careful. */
  readonly caution: number;
}

/** @see {@link slowestFactor} */
export function spreadQuantile(spread: ShardSpread, { level, caution }: SpreadLevel): SpreadQuantile {
  const slowest = slowestFactor(spread, level);
  const total = totalFactor(spread, level) ** caution;
  return { slowest: (count) => slowest(count) ** caution, total };
}

/** The errors that shards have of their own even out, so their mean counts; the shared one does not. */
function totalFactor({ sigma, sharedVariance, stragglerShare }: ShardSpread, level: number): number {
  const own = sigma * sigma * (1 - sharedVariance);
  const slow = 1 + stragglerShare * ((STRAGGLER_LEAST + STRAGGLER_MOST) / 2 - 1);
  return Math.exp(sigma * Math.sqrt(sharedVariance) * probit(level) + own / 2) * slow;
}
