import { probit } from 'simple-statistics';

/** The spread of log errors that is believed before any error is seen: a factor of two, one way or the other. */
const PRIOR_SIGMA = Math.LN2;

/** How many errors that belief is worth. */
const PRIOR_WEIGHT = 2;

/** Log errors of held-out predictions, as two-sided quantiles of a new error. */
export interface LogSpread {
  /** Spread in the sense of a standard deviation, the prior mixed in. */
  readonly sigma: number;
  /** The log error below which a new one lies with probability `share`. */
  quantile(share: number): number;
}

/**
 * Turns held-out errors into the quantiles of the next one.
 *
 * Where the errors are enough for the share asked for, the quantile is conformal: the k-th smallest of n with
 * k = share * (n + 1), which covers by exchangeability alone. Beyond the k-th it is the tail of a normal whose spread
 * mixes the errors with a prior, never nearer than the farthest error seen.
 *
 * @param errors n log ratios of truth to prediction, any order; may be empty
 * @complexity O(n log n) once, O(1) for each quantile
 * @see Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005
 */
export function logSpread(errors: readonly number[]): LogSpread {
  const sorted = [...errors].sort((a, b) => a - b);
  const squares = sorted.reduce((sum, error) => sum + error * error, 0);
  const sigma = Math.sqrt((PRIOR_WEIGHT * PRIOR_SIGMA ** 2 + squares) / (PRIOR_WEIGHT + sorted.length));
  return {
    sigma,
    quantile: (share) => conformal(sorted, share) ?? tail(sorted, sigma, share),
  };
}

/** Linear between neighbours; undefined where the share lies beyond the outermost errors. */
function conformal(sorted: readonly number[], share: number): number | undefined {
  const rank = share * (sorted.length + 1) - 1;
  const below = Math.floor(rank);
  const from = sorted[below];
  if (from === undefined || rank > sorted.length - 1) return undefined;
  const to = sorted[below + 1] ?? from;
  return from + (rank - below) * (to - from);
}

function tail(sorted: readonly number[], sigma: number, share: number): number {
  const farthest = (share < 0.5 ? sorted[0] : sorted.at(-1)) ?? 0;
  const normal = sigma * probit(share);
  return share < 0.5 ? Math.min(farthest, normal) : Math.max(farthest, normal);
}
