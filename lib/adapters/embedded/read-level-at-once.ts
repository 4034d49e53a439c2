import { requireOfLevel } from './require-of-level.ts';

interface LevelStore {
  _get(key: unknown, options: unknown): Promise<unknown>;
  _getSync?: (key: unknown, options: unknown) => unknown;
}

/**
 * Lets LevelDB's reads of one key answer in the thread that asks. What was written lately lies in memory and is there in
 * microseconds; by a thread of the pool, as dynalite 4.0.0 asks, each waits for two changes of threads, on processors that
 * tasks need: a fifth to a third of what a claim costs. To be called before dynalite is used.
 */
export function readLevelAtOnce(): void {
  const { ClassicLevel } = requireOfLevel('classic-level') as { readonly ClassicLevel: { prototype: LevelStore } };
  const store = ClassicLevel.prototype;
  if (!store._getSync) return;
  store._get = async function get(key, options) {
    return this._getSync?.(key, options);
  };
}
