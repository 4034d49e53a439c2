import type { ShardType } from '../core/ids.ts';

/** The time that work takes tells how many slots it keeps busy. */
export const LOAD_METRIC = 'durationMs';

/** The stored series of the time that a type's attempts took. */
export function loadSeries(type: ShardType): string {
  return `${LOAD_METRIC}#${type}`;
}
