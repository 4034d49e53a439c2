import { sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';
import { twoSidedP } from '../numeric/two-sided-p.ts';
import { linearScale } from '../numeric/value-scale.ts';
import { falseDiscovery } from './false-discovery.ts';
import { prewhiten } from './prewhiten.ts';

/** An outside factor on the same grid as the series: user activity, a region's load, anything counted. */
export interface Factor {
  readonly name: string;
  /** As long as the series, finite. */
  readonly values: Float64Array;
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
  const tried = factors.flatMap((factor) => {
    const other = whitened(factor.values, seasons);
    const lags = Array.from({ length: lagMax + 1 }, (_, lag) => lag);
    return lags.flatMap((lag) => atLag(own, other, { factor: factor.name, lag }));
  });
  const corrected = falseDiscovery(tried.map(({ p }) => p));
  const all = tried.map((one, index) => ({ ...one, p: corrected[index] ?? 1 }));
  const strongest = [...Map.groupBy(all, ({ factor, kind }) => `${kind} ${factor}`).values()].map((alike) =>
    alike.reduce((best, one) => (Math.abs(one.effect) > Math.abs(best.effect) ? one : best)),
  );
  return strongest.sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

function whitened(values: Float64Array, seasons: readonly number[]): Float64Array {
  return prewhiten(values.map(linearScale(values).forward), seasons);
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
