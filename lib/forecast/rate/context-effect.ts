import { mean } from 'simple-statistics';
import type { RatedSample } from './rate-series.ts';

/** A run's outside factors. */
export type Context = Readonly<Record<string, string | number>>;

/** Observations that the belief "this factor changes nothing" is worth. */
const PRIOR_WEIGHT = 8;

/** The newest third of the samples decides whether a factor helps. */
const TRAINING_SHARE = 2 / 3;

/** Below this a validation by thirds says nothing. */
const SAMPLES_MIN = 12;

/** Less gain than this in mean absolute log error is chance. */
const GAIN_MIN = 0.02;

/**
 * How much longer shards take in a run with this context: the product of the factors of `context` whose effect, found
 * in the older samples, made the newer ones better predicted.
 *
 * A text factor's effect is the mean log rate among runs with the same text, a number's is linear in it; both are
 * shrunk towards none.
 *
 * @param rated n attempts, oldest first
 * @returns a factor around 1; exactly 1 when nothing helped
 * @complexity O(k n) for k factors
 */
export function contextEffect(rated: readonly RatedSample[], context: Context): number {
  if (rated.length < SAMPLES_MIN) return 1;
  const cut = Math.floor(rated.length * TRAINING_SHARE);
  const [older, newer] = [rated.slice(0, cut), rated.slice(cut)];
  const logs = Object.entries(context).map(([factor, value]) => {
    if (validationGain(older, newer, factor) < GAIN_MIN) return 0;
    return effectOf(rated, factor)(value);
  });
  return Math.exp(logs.reduce((sum, log) => sum + log, 0));
}

function validationGain(older: readonly RatedSample[], newer: readonly RatedSample[], factor: string): number {
  const effect = effectOf(older, factor);
  const level = mean(older.map(logRate));
  const plain = mean(newer.map((rated) => Math.abs(logRate(rated) - level)));
  const better = mean(newer.map((rated) => Math.abs(logRate(rated) - level - effect(rated.sample.context[factor]))));
  return plain > 0 ? 1 - better / plain : 0;
}

type Effect = (value: string | number | undefined) => number;

function effectOf(rated: readonly RatedSample[], factor: string): Effect {
  const level = mean(rated.map(logRate));
  const numbers = rated.flatMap((one) => {
    const value = one.sample.context[factor];
    return typeof value === 'number' ? [{ value, excess: logRate(one) - level }] : [];
  });
  return (value) => {
    if (typeof value === 'number') return linearEffect(numbers, value);
    const alike = rated.filter(({ sample }) => value !== undefined && sample.context[factor] === value);
    return alike.reduce((sum, one) => sum + logRate(one) - level, 0) / (alike.length + PRIOR_WEIGHT);
  };
}

/** A ridge regression through the mean; a value beyond those seen counts as the outermost one. */
function linearEffect(seen: readonly { readonly value: number; readonly excess: number }[], value: number): number {
  if (seen.length === 0) return 0;
  const values = seen.map((one) => one.value);
  const middle = mean(values);
  const squares = values.reduce((sum, one) => sum + (one - middle) ** 2, 0);
  if (squares === 0) return 0;
  const slope =
    seen.reduce((sum, one) => sum + (one.value - middle) * one.excess, 0) /
    (squares * (1 + PRIOR_WEIGHT / seen.length));
  const inside = Math.min(Math.max(...values), Math.max(Math.min(...values), value));
  return slope * (inside - middle);
}

function logRate({ rate }: RatedSample): number {
  return Math.log(rate);
}
