import { probit } from 'simple-statistics';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { Interval } from '../interval.ts';
import type { FittedModel, Model, Series } from '../model.ts';

const HOUR_MS = 3_600_000;
const HOURS_A_DAY = 24;

/** How many observed hours the newest half of the weight rests on. */
const HALF_LIFE_HOURS = 12;

/** Observations that the belief "this hour is like the others" and "nothing has drifted" are worth. */
const PRIOR_WEIGHT = 3;

/** Spread of the log rate that is believed before it is seen: a tenth. */
const PRIOR_SIGMA = 0.1;

/** A rate is a correction of a size model; beyond this factor the samples, and not the hour, are wrong. */
const FACTOR_MAX = 3;

/**
 * How a rate around 1 moves by the hour of the day: a level that follows the newest hours, and an effect of each hour,
 * both shrunk towards no effect. Made for the sparse series that runs leave, where most hours are gaps.
 *
 * The values are positive rates; gaps are `NaN`. Works in logs, so that half and double are equally far from 1.
 */
export const rateByHour: Model = { name: 'rate by hour', fit: fitRates };

function fitRates(series: Series): FittedModel {
  const seen = observations(series);
  if (seen.length === 0) {
    throw new ForeshardError('InvalidInput', 'rate by hour needs at least 1 positive value but the series has none');
  }
  const effects = hourEffects(seen);
  const level = levelAtEnd(seen, effects);
  const squares = seen.reduce((sum, { hour, logRate }) => sum + (logRate - (effects[hour] ?? 0) - level) ** 2, 0);
  const sigma = Math.sqrt((PRIOR_WEIGHT * PRIOR_SIGMA ** 2 + squares) / (PRIOR_WEIGHT + seen.length));
  const hourAt = (step: number) => hourOf(series, series.values.length + step);
  return {
    name: rateByHour.name,
    predict: (horizon, level_) =>
      Array.from({ length: horizon }, (_, step) => rateInterval(level + (effects[hourAt(step)] ?? 0), sigma, level_)),
  };
}

interface Observation {
  readonly hour: number;
  readonly logRate: number;
}

function observations(series: Series): readonly Observation[] {
  return series.values.flatMap((value, index) =>
    value > 0 && Number.isFinite(value) ? [{ hour: hourOf(series, index), logRate: clamp(Math.log(value)) }] : [],
  );
}

function hourOf({ startedAt, stepMs }: Series, index: number): number {
  return Math.floor((startedAt + index * stepMs) / HOUR_MS) % HOURS_A_DAY;
}

function hourEffects(seen: readonly Observation[]): readonly number[] {
  const overall = seen.reduce((sum, { logRate }) => sum + logRate, 0) / seen.length;
  return Array.from({ length: HOURS_A_DAY }, (_, hour) => {
    const atHour = seen.filter((observation) => observation.hour === hour);
    const sum = atHour.reduce((total, { logRate }) => total + logRate - overall, 0);
    return sum / (atHour.length + PRIOR_WEIGHT);
  });
}

function levelAtEnd(seen: readonly Observation[], effects: readonly number[]): number {
  let [sum, weights] = [0, PRIOR_WEIGHT];
  seen.forEach(({ hour, logRate }, index) => {
    const weight = 0.5 ** ((seen.length - 1 - index) / HALF_LIFE_HOURS);
    sum += weight * (logRate - (effects[hour] ?? 0));
    weights += weight;
  });
  return sum / weights;
}

function rateInterval(logRate: number, sigma: number, level: number): Interval {
  const reach = sigma * probit((1 + level) / 2);
  const at = clamp(logRate);
  return { point: Math.exp(at), lower: Math.exp(at - reach), upper: Math.exp(at + reach), level };
}

function clamp(logRate: number): number {
  const most = Math.log(FACTOR_MAX);
  return Math.min(most, Math.max(-most, logRate));
}
