import type { ForeshardErrorName } from '../core/foreshard-error.ts';

/** Failures of the surroundings: neither the shard's input nor its size explains them. */
const ZONAL: ReadonlySet<string> = new Set<ForeshardErrorName>([
  'WorkerDied',
  'LeaseLost',
  'StoreUnavailable',
  'ShardTimedOut',
]);

/** True when a failed attempt speaks against the zone that it ran in. */
export function blamesZone(errorName: string | undefined): boolean {
  return errorName !== undefined && ZONAL.has(errorName);
}
