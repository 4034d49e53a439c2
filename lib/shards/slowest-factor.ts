import { normalTail } from '../core/normal-tail.ts';
import { type ShardSpread, STRAGGLER_LEAST, STRAGGLER_MOST } from './shard-spread.ts';

/** A copy is started when a shard has taken this many times what is typical of its operation. */
export const COPY_AFTER_FACTOR = 1.5;

/** The shared error is integrated over so many of its deviations either way, in such steps. */
const SHARED_MOST = 6;
const SHARED_STEP = 0.25;
/** Stragglers' factors are integrated at so many midpoints. */
const SLOW_POINTS = 12;
/** Factors are solved at counts that are this much apart; between them ln factor is nearly straight in ln count. */
const COUNT_RATIO = 1.5;
const BISECTIONS = 32;
const LOG_FACTOR_MOST = 24;

/**
 * How many times the predicted duration the slowest of N shards takes, with probability `level`.
 *
 * A shard takes `prediction · e^(shared + own) · slow`: a normal error that all shards of the operation share, a normal
 * one of its own, and for a straggler a factor that is uniform between two and eight. The N shards end within x when,
 * given the shared error, each does; that is integrated over the shared error. With speculation a shard that is late
 * gets a copy, and the first of the two counts: `1 − P(x) = (1 − F(x)) · (1 − F(x − trigger))`.
 *
 * @param level in (0, 1)
 * @returns the factor as a function of the number of shards; 1 for certain durations
 * @complexity O(log N) solutions, of a few thousand terms each
 * @see docs/methods.md, "How many shards"
 */
export function slowestFactor(spread: ShardSpread, level: number): (count: number) => number {
  if (spread.sigma === 0 && spread.stragglerShare === 0) return () => 1;
  const solved = solvedFor(spread, level);
  const logAt = (knot: number): number => {
    const known = solved.get(knot);
    if (known !== undefined) return known;
    const found = solve(spread, { count: COUNT_RATIO ** knot, level });
    solved.set(knot, found);
    return found;
  };
  return (count) => {
    const at = Math.log(Math.max(1, count)) / Math.log(COUNT_RATIO);
    const below = Math.floor(at);
    const part = at - below;
    return Math.exp(part === 0 ? logAt(below) : (1 - part) * logAt(below) + part * logAt(below + 1));
  };
}

/** Solutions by spread and level: the many plans of a curve of cost against time ask for the same ones. */
const remembered = new Map<string, Map<number, number>>();
const REMEMBERED_MAX = 64;

function solvedFor(spread: ShardSpread, level: number): Map<number, number> {
  const { sigma, sharedVariance, stragglerShare, speculation } = spread;
  const key = [sigma, sharedVariance, stragglerShare, speculation, level].join();
  const solved = remembered.get(key) ?? new Map<number, number>();
  remembered.delete(key);
  remembered.set(key, solved);
  const [oldest] = remembered.keys();
  if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
  return solved;
}

/** The logarithm of the factor, by bisection: the probability rises with it. */
function solve(spread: ShardSpread, { count, level }: { readonly count: number; readonly level: number }): number {
  const shared = sharedErrors(spread);
  let low = -LOG_FACTOR_MOST;
  let high = LOG_FACTOR_MOST;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    const inTime = shared.reduce((sum, { error, weight }) => {
      const tail = shardTail(spread, Math.exp(middle - error));
      return sum + weight * Math.exp(count * Math.log1p(-Math.min(1, tail)));
    }, 0);
    if (inTime >= level) high = middle;
    else low = middle;
  }
  return high;
}

function sharedErrors({
  sigma,
  sharedVariance,
}: ShardSpread): readonly { readonly error: number; readonly weight: number }[] {
  if (sigma === 0 || sharedVariance === 0) return [{ error: 0, weight: 1 }];
  const scale = sigma * Math.sqrt(sharedVariance);
  const steps = Math.round(SHARED_MOST / SHARED_STEP);
  return Array.from({ length: 2 * steps + 1 }, (_, index) => {
    const z = (index - steps) * SHARED_STEP;
    return { error: scale * z, weight: (SHARED_STEP * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI) };
  });
}

/** The probability that a shard, or the first of it and its copy, takes longer than `factor` times what is typical. */
function shardTail(spread: ShardSpread, factor: number): number {
  const alone = attemptTail(spread, factor);
  return spread.speculation && factor > COPY_AFTER_FACTOR
    ? alone * attemptTail(spread, factor - COPY_AFTER_FACTOR)
    : alone;
}

function attemptTail({ sigma, sharedVariance, stragglerShare }: ShardSpread, factor: number): number {
  const own = sigma * Math.sqrt(1 - sharedVariance);
  const regular = logTail(own, Math.log(factor));
  if (stragglerShare === 0) return regular;
  let slow = 0;
  for (let point = 0; point < SLOW_POINTS; point += 1) {
    const times = STRAGGLER_LEAST + ((STRAGGLER_MOST - STRAGGLER_LEAST) * (point + 0.5)) / SLOW_POINTS;
    slow += logTail(own, Math.log(factor / times)) / SLOW_POINTS;
  }
  return (1 - stragglerShare) * regular + stragglerShare * slow;
}

function logTail(sigma: number, log: number): number {
  if (sigma === 0) return log < 0 ? 1 : 0;
  return normalTail(log / sigma);
}
