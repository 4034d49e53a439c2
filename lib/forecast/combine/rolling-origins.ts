/** The moments at which models are judged. */
export interface RollingOrigins {
  readonly trainingEnd: number;
  /** Ascending; at each, the values before it are known. All at or after `trainingEnd`: their errors are honest. */
  readonly origins: readonly number[];
  /**
   * Ascending, before `trainingEnd`. The models have learnt from these moments, so nothing is judged by them; but
   * they show rare events, and without those an interval is too narrow.
   */
  readonly earlierOrigins: readonly number[];
}

const ORIGIN_COUNT = 54;
const EARLIER_ORIGIN_COUNT = 27;

/** The newest nine seasons judge, and the nine before show what else may happen. */
const SEASON_COUNT = 9;
const LENGTH_WITHOUT_SEASON = 216;

/** Judging takes at most this share of the history, so that there is something to learn from. */
const SHARE_MAX = 0.35;

/** With fewer origins a weight is chance. */
const ORIGIN_COUNT_MIN = 4;

/**
 * Chooses the moments of a rolling-origin validation: up to 54, evenly spaced over the newest nine seasons.
 *
 * @returns undefined when the history is too short to judge anything
 * @see Tashman, "Out-of-sample tests of forecasting accuracy", 2000
 */
export function rollingOrigins(valueCount: number, season: number | undefined): RollingOrigins | undefined {
  const wanted = season === undefined ? LENGTH_WITHOUT_SEASON : SEASON_COUNT * season;
  const length = Math.min(wanted, Math.floor(valueCount * SHARE_MAX));
  if (length < ORIGIN_COUNT_MIN) return undefined;
  const trainingEnd = valueCount - length;
  return {
    trainingEnd,
    origins: spaced(trainingEnd, length, ORIGIN_COUNT),
    earlierOrigins: spaced(trainingEnd - length, length, EARLIER_ORIGIN_COUNT),
  };
}

function spaced(start: number, length: number, countMax: number): readonly number[] {
  const count = Math.min(countMax, length);
  return Array.from({ length: count }, (_, index) => start + Math.floor((index * length) / count)).filter(
    (at) => at > 0,
  );
}
