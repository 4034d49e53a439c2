import { sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';
import { fitLags } from '../numeric/fit-lags.ts';
import { twoSidedP } from '../numeric/two-sided-p.ts';
import { linearScale } from '../numeric/value-scale.ts';
import { falseDiscovery } from './false-discovery.ts';
import { prewhiten } from './prewhiten.ts';

/** An outside factor on the same grid as the series: user activity, a region's load, anything counted. */
export interface Factor {
  readonly name: string;
  /** As long as the series, finite. */
  readonly values: Float64Array;
  /**
   * Factors of one group are forms of one: only the strongest of them is reported.
   *
   * @default its name
   */
  readonly group?: string;
  /**
   * True for what a calendar says. It has no chance of its own to be whitened: the series' own past is taken off both.
   *
   * @default false
   */
  readonly isCalendar?: boolean;
  /**
   * True for a wave of which the opposite is in the group too: where one falls the other rises, and that one is named.
   *
   * @default false
   */
  readonly isWave?: boolean;
}

/** How a factor moves with a series. */
export interface Correlation {
  readonly factor: string;
  readonly kind: 'pearson' | 'spearman';
  /** Steps by which the factor goes ahead of the series. */
  readonly lag: number;
  /** The correlation itself, in [-1, 1]. */
  readonly effect: number;
  /** Corrected for every factor, kind and lag that was looked at. */
  readonly p: number;
}

const CALENDAR_LAGS = [1];

/** Fewer pairs correlate by chance. */
const PAIRS_MIN = 30;

/**
 * Looks for factors that go along with a series or ahead of it: of each factor and kind the lag of greatest effect.
 *
 * Both sides are pre-whitened, each by its own past, and the p-values are corrected for all lags tried.
 *
 * @param values n finite values
 * @param lagMax longest lead of a factor, in steps
 * @returns by effect, the greatest first; ties by factor and kind in the order given
 * @complexity O(f l n log n) for f factors and l lags
 */
export function correlations(
  values: Float64Array,
  factors: readonly Factor[],
  { seasons, lagMax }: { readonly seasons: readonly number[]; readonly lagMax: number },
): readonly Correlation[] {
  const own = whitened(values, seasons);
  const calendar = calendarFilter(values);
  const groups = new Map(factors.map(({ name, group = name }) => [name, group]));
  const tried = factors.flatMap((factor) => {
    if (factor.isCalendar) {
      return atLag(calendar.series, calendar.filter(factor.values), { factor: factor.name, lag: 0 });
    }
    const other = whitened(factor.values, seasons);
    const lags = Array.from({ length: lagMax + 1 }, (_, lag) => lag);
    return lags.flatMap((lag) => atLag(own, other, { factor: factor.name, lag }));
  });
  const corrected = falseDiscovery(tried.map(({ p }) => p));
  const all = tried.map((one, index) => ({ ...one, p: corrected[index] ?? 1 }));
  const waves = new Set(factors.filter(({ isWave }) => isWave).map(({ name }) => name));
  const named = all.filter(({ factor, effect }) => effect >= 0 || !waves.has(factor));
  const strongest = [...Map.groupBy(named, ({ factor, kind }) => `${kind} ${groups.get(factor)}`).values()].map(
    (alike) => alike.reduce((best, one) => (Math.abs(one.effect) > Math.abs(best.effect) ? one : best)),
  );
  return strongest.sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

function whitened(values: Float64Array, seasons: readonly number[]): Float64Array {
  return prewhiten(values.map(linearScale(values).forward), seasons);
}

/**
 * A series without what its own newest past says, and the same filter for what is put beside it: the rhythm itself must
 * stay, for it is what is looked for.
 *
 * @see Box, Jenkins, Reinsel and Ljung, "Time Series Analysis", 5th ed., 12.5.1
 */
function calendarFilter(values: Float64Array): {
  readonly series: Float64Array;
  readonly filter: (factor: Float64Array) => Float64Array;
} {
  const scaled = values.map(linearScale(values).forward);
  const coefficients = fitLags(scaled, CALENDAR_LAGS, CALENDAR_LAGS.length);
  const filter = (factor: Float64Array) =>
    Float64Array.from({ length: Math.max(0, factor.length - CALENDAR_LAGS.length) }, (_, index) => {
      const at = index + CALENDAR_LAGS.length;
      return CALENDAR_LAGS.reduce(
        (rest, lag, column) => rest - (coefficients[column + 1] ?? 0) * (factor[at - lag] ?? 0),
        factor[at] ?? 0,
      );
    });
  return { series: filter(scaled), filter };
}

function atLag(
  own: Float64Array,
  other: Float64Array,
  { factor, lag }: { readonly factor: string; readonly lag: number },
): readonly Correlation[] {
  const count = own.length - lag;
  if (count < PAIRS_MIN) return [];
  const later = [...own.subarray(lag)];
  const earlier = [...other.subarray(0, count)];
  const kinds = [
    { kind: 'pearson', effect: sampleCorrelation(earlier, later) },
    { kind: 'spearman', effect: sampleRankCorrelation(earlier, later) },
  ] as const;
  // A factor that never moves has no correlation.
  return kinds.flatMap(({ kind, effect }) =>
    Number.isFinite(effect) ? [{ factor, kind, lag, effect, p: pValue(effect, count) }] : [],
  );
}

/** Two-sided, by Fisher's transformation. */
function pValue(effect: number, count: number): number {
  return twoSidedP(Math.atanh(Math.min(1 - 1e-12, Math.abs(effect))) * Math.sqrt(count - 3));
}
