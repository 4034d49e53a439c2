import { median } from 'simple-statistics';
import { type History, type PointForecaster, type PointModel, selfSufficient } from '../point-model.ts';

/** The last value goes on. */
export const naive: PointModel = {
  name: 'naive',
  fit: ({ values }) => selfSufficient((origin, horizon) => new Float64Array(horizon).fill(values[origin - 1] ?? 0)),
};

/** The last season comes again. */
export function seasonalNaive(name: string, which: 'shortest' | 'longest'): PointModel {
  return {
    name,
    fit: ({ values, seasons, trainingEnd }) => {
      const season = which === 'shortest' ? seasons[0] : seasons.at(-1);
      if (season === undefined || trainingEnd < season) return undefined;
      return selfSufficient((origin, horizon) =>
        Float64Array.from({ length: horizon }, (_, ahead) => values[origin - season + (ahead % season)] ?? 0),
      );
    },
  };
}

/** How many seasons the middle is taken over. */
const SLOT_SEASONS = 7;

/** The median of the same place in the last seven seasons: deaf to any single bad day. */
export const slotMedian: PointModel = {
  name: 'slot median',
  fit: ({ values, seasons, trainingEnd }) => {
    const season = seasons[0];
    if (season === undefined || trainingEnd < 2 * season) return undefined;
    return selfSufficient((origin, horizon) => slotMedians(values.subarray(0, origin), season, horizon));
  },
};

function slotMedians(known: Float64Array, season: number, horizon: number): Float64Array {
  const slots = Array.from({ length: Math.min(season, horizon) }, (_, slot) => {
    const earlier: number[] = [];
    for (let at = known.length - season + slot; at >= 0 && earlier.length < SLOT_SEASONS; at -= season) {
      earlier.push(known[at] ?? 0);
    }
    return median(earlier);
  });
  return Float64Array.from({ length: horizon }, (_, ahead) => slots[ahead % season] ?? 0);
}

/** Without a season: the middle of so many values. */
const LEVEL_LENGTH = 24;

/** The median of the last season goes on: for what has bursts and no shape. */
export const levelMedian: Omit<PointModel, 'fit'> & { fit(history: History): PointForecaster } = {
  name: 'level median',
  fit: ({ values, seasons }) =>
    selfSufficient((origin, horizon) => {
      const recent = values.subarray(Math.max(0, origin - (seasons[0] ?? LEVEL_LENGTH)), origin);
      return new Float64Array(horizon).fill(median([...recent]));
    }),
};
