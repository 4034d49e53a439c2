import { median } from 'simple-statistics';

/** A change of level beyond so many median absolute deviations of its like is a shift. */
const THRESHOLD = 6;

/** And never below this, in logs: smaller ones the models follow by themselves. */
const CHANGE_MIN = Math.log(1.3);

/** Only the newest seasons are looked at: what is older the models have had time to follow. */
const SEASONS_LOOKED_AT = 7;

/** A shift is abrupt: within so many steps the seasonal difference has gone from little of the change to most of it. */
const ABRUPT_STEPS = 6;
const BEFORE_MAX = 0.35;
const AFTER_MIN = 0.65;

/** Seasons that must be there before a change can be compared with others. */
const SEASONS_MIN = 7;

/**
 * Lifts or lowers what lies before each lasting shift of the level, so that the models see one level: the present one.
 *
 * The change at a moment is the log ratio of the season after it to the season before it, which cancels the shape of
 * the day; the usual change at that place of the longest season is taken off, which cancels the weekend.
 *
 * @param values n positive values; others are left as they are, for a ratio means nothing there
 * @param seasons ascending
 * @complexity O(n m) for a season of m steps
 */
export function alignLevels(values: Float64Array, seasons: readonly number[]): Float64Array {
  const [season, longest] = [seasons[0], seasons.at(-1)];
  if (season === undefined || longest === undefined || values.length < SEASONS_MIN * season) return values;
  if (values.some((value) => value <= 0)) return values;
  const changes = unusualChanges(seasonalLevels(values, season), season, longest);
  const aligned = values.slice();
  for (const { at, change } of shifts(changes, season)) {
    if (!isAbrupt(values, { at, change, season })) continue;
    const factor = Math.exp(change);
    for (let step = 0; step < at; step += 1) aligned[step] = (aligned[step] ?? 0) * factor;
  }
  return aligned;
}

/** Index t holds the mean log of the season that starts there. */
function seasonalLevels(values: Float64Array, season: number): Float64Array {
  const levels = new Float64Array(values.length - season + 1);
  let sum = 0;
  for (let t = 0; t < values.length; t += 1) {
    sum += Math.log(values[t] ?? 1);
    if (t >= season) sum -= Math.log(values[t - season] ?? 1);
    if (t >= season - 1) levels[t - season + 1] = sum / season;
  }
  return levels;
}

/** Index t holds the change at t beyond the usual one at its place; 0 where there is none. */
function unusualChanges(levels: Float64Array, season: number, longest: number): Float64Array {
  const changes = levels.map((level, t) => (t >= season ? level - (levels[t - season] ?? 0) : 0));
  if (longest === season) return changes;
  const usual = Array.from({ length: longest }, (_, place) => {
    const alike: number[] = [];
    for (let t = place; t < changes.length; t += longest) if (t >= season) alike.push(changes[t] ?? 0);
    return alike.length > 2 ? median(alike) : 0;
  });
  return changes.map((change, t) => (t >= season ? change - (usual[t % longest] ?? 0) : 0));
}

/** The peaks of the change, each the largest within a season on either side. */
function shifts(changes: Float64Array, season: number): readonly { readonly at: number; readonly change: number }[] {
  const sizes = changes.map(Math.abs);
  const limit = Math.max(CHANGE_MIN, THRESHOLD * median([...sizes.subarray(season)]));
  const found: { at: number; change: number }[] = [];
  const oldest = Math.max(season, changes.length - SEASONS_LOOKED_AT * season);
  for (let at = oldest; at < changes.length - ABRUPT_STEPS; at += 1) {
    const size = sizes[at] ?? 0;
    if (size < limit) continue;
    const around = sizes.subarray(Math.max(0, at - season), at + season + 1);
    if (around.every((other) => other <= size)) found.push({ at, change: changes[at] ?? 0 });
  }
  return found;
}

/** A trend or a holiday creeps in; a shift is there from one step to the next. */
function isAbrupt(values: Float64Array, { at, change, season }: Record<'at' | 'change' | 'season', number>): boolean {
  const movedOver = (from: number, to: number) => {
    const moves: number[] = [];
    for (let t = Math.max(season, from); t < to; t += 1)
      moves.push(Math.log((values[t] ?? 1) / (values[t - season] ?? 1)));
    return moves.length > 0 ? median(moves) / change : 0;
  };
  return movedOver(at - ABRUPT_STEPS, at) < BEFORE_MAX && movedOver(at, at + ABRUPT_STEPS) > AFTER_MIN;
}
