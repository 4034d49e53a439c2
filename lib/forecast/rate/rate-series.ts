import { median } from 'simple-statistics';
import type { EpochMs } from '../../core/quantity.ts';
import type { Sample } from '../../profile/profile.ts';
import type { Series } from '../model.ts';

export const RATE_STEP_MS = 3_600_000;

/** Older samples say nothing about today's rate: four weeks. */
const STEPS_MAX = 672;

/** An attempt and how much longer it took than its size alone explains: 1 is as predicted. */
export interface RatedSample {
  readonly sample: Sample;
  readonly rate: number;
}

/**
 * The rate of a shard type hour by hour: the median of its attempts in each hour, `NaN` where none ran.
 *
 * @param rated n attempts, in any order
 * @param now the series ends with the hour before this moment's next one, so that the first prediction is for now
 * @complexity O(n log n)
 */
export function rateSeries(rated: readonly RatedSample[], now: EpochMs): Series {
  const thisStep = Math.floor(now / RATE_STEP_MS);
  const stepOf = ({ sample }: RatedSample) => Math.min(thisStep - 1, Math.floor(sample.startedAt / RATE_STEP_MS));
  const byStep = Map.groupBy(rated, stepOf);
  const first = Math.max(thisStep - STEPS_MAX, Math.min(thisStep - 1, ...byStep.keys()));
  const values = Array.from({ length: thisStep - first }, (_, index) => {
    const rates = byStep.get(first + index)?.map(({ rate }) => rate);
    return rates ? median(rates) : Number.NaN;
  });
  return { values, startedAt: first * RATE_STEP_MS, stepMs: RATE_STEP_MS, seasons: [24] };
}
