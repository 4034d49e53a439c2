import type { ForeshardErrorName } from '../core/foreshard-error.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import type { ZoneOutcomes } from './zone-breaker.ts';

/** Failures of the surroundings: neither the shard's input nor its size explains them. */
const ZONAL: ReadonlySet<string> = new Set<ForeshardErrorName>([
  'WorkerDied',
  'LeaseLost',
  'StoreUnavailable',
  'ShardTimedOut',
]);

/** True for a failure that speaks against the zone in which it happened. */
export function isZonal(name: string): boolean {
  return ZONAL.has(name);
}

/**
 * How the attempts of each zone ended between two looks: what a zone's breaker is fed with. An attempt that failed on
 * its input or its memory speaks neither for the zone nor against it.
 *
 * @param looks the moments of the last look and of this one: an attempt counts in the look after its end, and only there
 */
export function zoneOutcomes(
  attempts: readonly ShardAttempt[],
  looks: { readonly since: EpochMs; readonly now: EpochMs },
): ReadonlyMap<string, ZoneOutcomes> {
  const outcomes = new Map<string, ZoneOutcomes>();
  for (const { zone, startedAt, durationMs, outcome, error = '' } of attempts) {
    const endedAt = startedAt + durationMs;
    if (endedAt <= looks.since || endedAt > looks.now) continue;
    const { goodCount, badCount } = outcomes.get(zone) ?? { goodCount: 0, badCount: 0 };
    outcomes.set(zone, {
      at: looks.now,
      goodCount: goodCount + Number(outcome === 'committed'),
      badCount: badCount + Number(isZonal(error)),
    });
  }
  return outcomes;
}
