import { medianAbsoluteDeviation } from 'simple-statistics';

/** Fewer samples do not tell a slow shard from an uncertain prediction. */
const SAMPLES_MIN = 50;
/** A straggler takes at least twice what it should, and more than a normal error explains. */
const STRAGGLER_LOG = Math.LN2;
const DEVIATIONS_MIN = 4;
/** Of a normal distribution, deviation over median absolute deviation. */
const SIGMA_PER_MAD = 1.4826;

/**
 * The share of shards that were slow for no reason, which size explains as little as the usual error does.
 *
 * @param logErrors logs of actual over explained duration
 * @returns 0 when there are too few samples to say
 */
export function stragglerShare(logErrors: readonly number[]): number {
  if (logErrors.length < SAMPLES_MIN) return 0;
  return logErrors.filter((error) => isStraggler(error, usualSigma(logErrors))).length / logErrors.length;
}

/** The errors without those of stragglers. */
export function withoutStragglers(logErrors: readonly number[]): readonly number[] {
  if (logErrors.length < SAMPLES_MIN) return logErrors;
  const sigma = usualSigma(logErrors);
  return logErrors.filter((error) => !isStraggler(error, sigma));
}

function usualSigma(logErrors: readonly number[]): number {
  return SIGMA_PER_MAD * medianAbsoluteDeviation([...logErrors]);
}

function isStraggler(error: number, sigma: number): boolean {
  return error > Math.max(STRAGGLER_LOG, DEVIATIONS_MIN * sigma);
}
