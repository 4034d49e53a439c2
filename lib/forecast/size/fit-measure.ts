import { mean } from 'simple-statistics';
import type { Interval } from '../interval.ts';
import { type LogSpread, logSpread } from './log-spread.ts';
import {
  linear,
  nearest,
  powerLaw,
  proportional,
  type SizeCurve,
  type SizeCurveKind,
  typeMedian,
} from './size-curve.ts';
import { withinReason } from './within-reason.ts';

/** One measured value at one size. */
export interface Measurement {
  readonly size: number;
  readonly value: number;
  readonly run: string;
}

/** What is known of a measure before any sample of it. */
export interface MeasureKind {
  /** Below this a difference means nothing: 1 ms, 1 MiB, 1 KiB. Errors are ratios beyond it. */
  readonly resolution: number;
  /** True when more data is expected to need more of it. */
  readonly grows: boolean;
}

/** A measure that can be predicted for any size. */
export interface FittedMeasure {
  /** The curve that held-out error chose. */
  readonly curve: string;
  /** Mean of |log(truth / prediction)| on samples that the curve had not seen; infinite when there were too few. */
  readonly heldOutError: number;
  predict(size: number, level: number): Interval;
}

/** Below this many samples only curves of one parameter are tried. */
const FEW_SAMPLES = 5;

/** A simpler curve stays when no other is better by more than this: the order of the candidates is by simplicity. */
const WORTH_CHANGING = 1.02;

/** Folds by run test what matters, the next run; with fewer runs the samples are dealt out instead. */
const RUNS_MIN = 2;
const FOLD_COUNT = 5;

/** How much the log error is expected to grow by each e-fold beyond the sizes that were seen. */
const SPREAD_PER_EFOLD = 0.35;

/**
 * Fits one measure of a shard type against size: the curve by held-out error, its interval by the held-out errors
 * themselves.
 *
 * @param measurements n of them, at least 1
 * @complexity O(f n log n) for f folds, each with a 48-step search
 */
export function fitMeasure(measurements: readonly Measurement[], kind: MeasureKind): FittedMeasure {
  const folds = foldsOf(measurements);
  const tried = candidates(measurements, kind)
    .filter((curve) => curve === typeMedian || !falls(fitCurve(curve, measurements), measurements))
    .map((curve) => {
      const errors = folds.flatMap((fold) => heldOutErrors(curve, fold, kind));
      return { curve, errors, heldOutError: errors.length > 0 ? mean(errors.map(Math.abs)) : Number.POSITIVE_INFINITY };
    });
  const best = Math.min(...tried.map(({ heldOutError }) => heldOutError));
  const chosen = tried.find(({ heldOutError }) => heldOutError <= best * WORTH_CHANGING) ?? {
    curve: typeMedian,
    errors: [],
    heldOutError: best,
  };
  const middle = fitCurve(chosen.curve, measurements);
  const spread = logSpread(chosen.errors);
  return {
    curve: chosen.curve.name,
    heldOutError: chosen.heldOutError,
    predict: (size, level) => {
      const widening = SPREAD_PER_EFOLD * distanceOutside(measurements, size);
      return interval(middle(size), { spread, widening, level, resolution: kind.resolution });
    },
  };
}

/** A slope is learned only from sizes that differ by this factor: between sizes that are nearly one, it is their noise. */
const SLOPE_FROM_FACTOR = 1.5;

/** How far beyond the sizes that were seen a curve is asked about. */
const FAR_BEYOND = 8;

/**
 * A larger shard needs no less. Samples of one size or two may say otherwise by chance, and a line through them would
 * fall to nothing where the next run cuts larger shards.
 */
function falls(curve: SizeCurve, measurements: readonly Measurement[]): boolean {
  const sizes = measurements.map(({ size }) => size);
  return curve(FAR_BEYOND * Math.max(...sizes)) < curve(Math.min(...sizes));
}

function candidates(measurements: readonly Measurement[], { grows }: MeasureKind): readonly SizeCurveKind[] {
  if (measurements.some(({ size }) => size <= 0)) {
    return measurements.length < FEW_SAMPLES ? [typeMedian] : [typeMedian, linear, powerLaw, nearest];
  }
  // One size tells nothing of another: what grows with data is then believed to grow in proportion.
  if (!differ(measurements)) return grows ? [proportional] : [typeMedian];
  const oneParameter = grows ? [proportional, typeMedian] : [typeMedian, proportional];
  return measurements.length < FEW_SAMPLES ? oneParameter : [...oneParameter, linear, powerLaw, nearest];
}

function differ(measurements: readonly Measurement[]): boolean {
  const sizes = measurements.map(({ size }) => size);
  return Math.max(...sizes) >= SLOPE_FROM_FACTOR * Math.min(...sizes);
}

interface Fold {
  readonly seen: readonly Measurement[];
  readonly unseen: readonly Measurement[];
}

function foldsOf(measurements: readonly Measurement[]): readonly Fold[] {
  if (measurements.length < 2) return [];
  const runs = [...new Set(measurements.map(({ run }) => run))];
  const foldCount = Math.min(FOLD_COUNT, runs.length >= RUNS_MIN ? runs.length : measurements.length);
  const runNumber = new Map(runs.map((run, number) => [run, number]));
  const foldOf = ({ run }: Measurement, index: number) =>
    (runs.length >= RUNS_MIN ? (runNumber.get(run) ?? 0) : index) % foldCount;
  return Array.from({ length: foldCount }, (_, fold) => ({
    seen: measurements.filter((measurement, index) => foldOf(measurement, index) !== fold),
    unseen: measurements.filter((measurement, index) => foldOf(measurement, index) === fold),
  }));
}

function heldOutErrors(kind: SizeCurveKind, { seen, unseen }: Fold, { resolution }: MeasureKind): number[] {
  const curve = fitCurve(kind, seen);
  return unseen.map(({ size, value }) => Math.log((value + resolution) / (curve(size) + resolution)));
}

function fitCurve(kind: SizeCurveKind, measurements: readonly Measurement[]): SizeCurve {
  const sizes = measurements.map(({ size }) => size);
  const curve = kind.fit(
    sizes,
    measurements.map(({ value }) => value),
  );
  return withinReason(curve, Math.min(...sizes), Math.max(...sizes));
}

/** In e-folds; 0 inside the sizes that were seen. */
function distanceOutside(measurements: readonly Measurement[], size: number): number {
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0];
  for (const measurement of measurements) {
    smallest = Math.min(smallest, measurement.size);
    largest = Math.max(largest, measurement.size);
  }
  return Math.max(0, Math.log1p(smallest) - Math.log1p(size), Math.log1p(size) - Math.log1p(largest));
}

interface IntervalShape {
  readonly spread: LogSpread;
  readonly widening: number;
  readonly level: number;
  readonly resolution: number;
}

function interval(point: number, { spread, widening, level, resolution }: IntervalShape): Interval {
  const scaled = (logError: number) => Math.max(0, (point + resolution) * Math.exp(logError) - resolution);
  const lower = scaled(spread.quantile((1 - level) / 2) - widening);
  const upper = scaled(spread.quantile((1 + level) / 2) + widening);
  return { point, lower: Math.min(lower, point), upper: Math.max(upper, point), level };
}
