import type { PointModel } from '../point-model.ts';
import { type Recipe, ridgeAutoregression } from './ridge-autoregression.ts';

/** The last day, hour by hour, or as many of the last steps on a finer grid. */
const SHORT_LAGS = Array.from({ length: 25 }, (_, index) => index + 1);

/** The same place one, two and three seasons ago, and in the longest season, with the neighbours that matter. */
function allLags(seasons: readonly number[]): readonly number[] {
  const [shortest, longest] = [seasons[0], seasons.at(-1)];
  const daily = shortest === undefined ? [] : [shortest, shortest + 1, 2 * shortest, 2 * shortest + 1, 3 * shortest];
  const weekly = longest === undefined || longest === shortest ? [] : [longest - 1, longest, longest + 1];
  return [...new Set([...SHORT_LAGS, ...daily, ...weekly])];
}

/** Without the longest season, which the difference has taken out already. */
function lagsWithinWeek(seasons: readonly number[]): readonly number[] {
  const longest = seasons.at(-1) ?? Number.POSITIVE_INFINITY;
  return allLags(seasons).filter((lag) => lag < longest - 1);
}

/** Waves hold the shape of the day and week: few lags are left to do. */
function lagsBesideWaves(seasons: readonly number[]): readonly number[] {
  const [shortest, longest] = [seasons[0], seasons.at(-1)];
  const seasonal = shortest === undefined || longest === undefined ? [] : [shortest, shortest + 1, longest];
  return [...new Set([1, 2, 3, 4, ...seasonal])];
}

const RECIPES: readonly Omit<Recipe, 'log'>[] = [
  { name: 'autoregression', difference: () => 0, lags: allLags, harmonics: [] },
  { name: 'autoregression of daily change', difference: (seasons) => seasons[0], lags: allLags, harmonics: [] },
  { name: 'autoregression of weekly change', difference: (seasons) => seasons[1], lags: lagsWithinWeek, harmonics: [] },
  { name: 'autoregression of change', difference: () => 1, lags: allLags, harmonics: [] },
  { name: 'autoregression with waves', difference: () => 0, lags: lagsBesideWaves, harmonics: [6, 3] },
];

/** Every recipe on the values and on their logs: no single one is best, and they err in different places. */
export const ridgeFamily: readonly PointModel[] = RECIPES.flatMap((recipe) => [
  ridgeAutoregression({ ...recipe, log: false }),
  ridgeAutoregression({ ...recipe, name: `${recipe.name}, log`, log: true }),
]);
