/** The two ends between which a share lies. */
export interface ShareInterval {
  readonly lower: number;
  readonly upper: number;
}

/** Standard normal quantile of 97.5 %: 95 % lie within so many standard deviations. */
const Z_95 = 1.959964;

/**
 * How sure an observed share is: Wilson's score interval at 95 %, which stays inside [0, 1] and holds for few trials too.
 *
 * @param count successes among `total`, 0 <= count <= total
 * @param total trials, at least 1
 * @see Wilson, "Probable inference, the law of succession, and statistical inference", 1927
 */
export function wilsonInterval(count: number, total: number): ShareInterval {
  const share = count / total;
  const z2 = Z_95 * Z_95;
  const centre = share + z2 / (2 * total);
  const half = Z_95 * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total));
  const scale = 1 + z2 / total;
  return { lower: Math.max(0, (centre - half) / scale), upper: Math.min(1, (centre + half) / scale) };
}
