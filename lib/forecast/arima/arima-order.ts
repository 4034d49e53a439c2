/** The order of a seasonal ARIMA model: (p, d, q)(P, D, Q)m. */
export interface ArimaOrder {
  readonly p: number;
  readonly d: number;
  readonly q: number;
  readonly seasonalP: number;
  readonly seasonalD: number;
  readonly seasonalQ: number;
  /** 1 when there is no season. */
  readonly season: number;
}

/** The coefficients of one model: `phi(B) Phi(B^m) (w_t - mean) = theta(B) Theta(B^m) e_t`. */
export interface ArimaCoefficients {
  readonly ar: readonly number[];
  readonly ma: readonly number[];
  readonly seasonalAr: readonly number[];
  readonly seasonalMa: readonly number[];
  /** Of the differenced series. */
  readonly mean: number;
}

/** `(2,1,1)(1,0,1)24` */
export function orderName({ p, d, q, seasonalP, seasonalD, seasonalQ, season }: ArimaOrder): string {
  const seasonal = season > 1 ? `(${seasonalP},${seasonalD},${seasonalQ})${season}` : '';
  return `(${p},${d},${q})${seasonal}`;
}

/** Coefficients beside the mean. */
export function coefficientCount({ p, q, seasonalP, seasonalQ }: ArimaOrder): number {
  return p + q + seasonalP + seasonalQ;
}

/**
 * Multiplies out both polynomials: index k holds the weight of lag k + 1.
 *
 * @returns `ar` such that w_t = Σ ar_k w_{t-k-1}, `ma` such that e enters as Σ ma_k e_{t-k-1}
 */
export function expand({ ar, ma, seasonalAr, seasonalMa }: ArimaCoefficients, season: number) {
  return {
    ar: multiply(
      ar.map((value) => -value),
      seasonalAr.map((value) => -value),
      season,
    ).map((value) => -value),
    ma: multiply(ma, seasonalMa, season),
  };
}

/** `(1 + Σ a_i B^i)(1 + Σ b_j B^(j m)) - 1` */
function multiply(short: readonly number[], seasonal: readonly number[], season: number): Float64Array {
  const product = new Float64Array(short.length + seasonal.length * season);
  const [left, right] = [
    [1, ...short],
    [1, ...seasonal],
  ];
  left.forEach((a, i) => {
    right.forEach((b, j) => {
      const lag = i + j * season;
      if (lag > 0) product[lag - 1] = (product[lag - 1] ?? 0) + a * b;
    });
  });
  return product;
}
