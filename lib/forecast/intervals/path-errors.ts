/** How wrong a path was, step by step, at one moment of the history. */
export interface PathError {
  /** 0 is the next step. */
  readonly ahead: number;
  /** Place in the season, 0 when there is none. */
  readonly place: number;
  /** Truth minus prediction. */
  readonly error: number;
}

/**
 * Lists the errors of paths that started at several moments.
 *
 * @param paths one for each origin
 * @param season its length; 1 when there is none
 * @complexity O(k h) for k paths of h steps
 */
export function pathErrors(
  values: Float64Array,
  origins: readonly number[],
  paths: readonly Float64Array[],
  season: number,
): readonly PathError[] {
  return paths.flatMap((path, index) => {
    const origin = origins[index] ?? 0;
    return Array.from(path, (predicted, ahead) => ({
      ahead,
      place: (origin + ahead) % season,
      error: (values[origin + ahead] ?? 0) - predicted,
    }));
  });
}
