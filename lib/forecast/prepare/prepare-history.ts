import { ForeshardError } from '../../core/foreshard-error.ts';
import type { Series } from '../model.ts';
import { alignLevels } from './align-levels.ts';
import { alignNewLevel } from './align-new-level.ts';
import { cleanAnomalies } from './clean-anomalies.ts';
import { fillGaps } from './fill-gaps.ts';

/** A series as the models take it. */
export interface PreparedHistory {
  /** Aligned to the present level, spikes replaced: what the models learn from. */
  readonly values: Float64Array;
  /** The same with its spikes: what intervals must cover. */
  readonly observed: Float64Array;
  /** Whole steps, seen at least twice, ascending. */
  readonly seasons: readonly number[];
  /** True when no value is below 0: then no forecast should be. */
  readonly nonNegative: boolean;
  /** Leading gaps that were cut off. */
  readonly first: number;
  /** Indices of what was replaced as an anomaly. */
  readonly anomalies: readonly number[];
}

/** Beyond this a square overflows. */
const VALUE_MAX = 1e150;

/** Below this a square is nothing: such a value is 0. */
const VALUE_MIN = 1e-150;

/**
 * Makes a series fit to learn from: leading gaps cut off, the others filled, lasting shifts of the level
 * aligned, single spikes replaced.
 *
 * @throws {ForeshardError} `InvalidInput` when no value is finite
 * @complexity O(n p^2) for the filter's autoregression of order p
 */
export function prepareHistory({ values, seasons }: Series): PreparedHistory {
  const usable = values.map(usableValue);
  const first = usable.findIndex((value) => !Number.isNaN(value));
  if (first < 0) {
    throw new ForeshardError(
      'InvalidInput',
      `a series of ${values.length} values has none to learn from: all are gaps, infinite or beyond 1e150`,
    );
  }
  const known = usable.slice(first);
  const seen = [...seasons].filter((season) => season > 1 && known.length >= 2 * season).sort((a, b) => a - b);
  const filled = fillGaps(known, seen[0]);
  const observed = alignNewLevel(alignLevels(filled, seen), seen);
  const { values: cleaned, anomalies } = cleanAnomalies(observed, seen);
  const nonNegative = filled.every((value) => value >= 0);
  const spikes = anomalies.map((index) => index + first);
  return { values: cleaned, observed, seasons: seen, nonNegative, first, anomalies: spikes };
}

/** What is no number, or too large to reckon with, becomes a gap. */
function usableValue(value: number): number {
  const size = Math.abs(value);
  if (size < VALUE_MIN) return 0;
  return size <= VALUE_MAX ? value : Number.NaN;
}
