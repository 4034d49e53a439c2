import * as z from 'zod';
import type { EpochMs } from '../core/quantity.ts';
import type { ZoneStarts } from '../plan/list-pools.ts';
import { CLOSED_BREAKER, startsAllowed, ZoneBreaker } from './zone-breaker.ts';

/** Who drained a zone: a person, or an ARC autoshift. */
const Drain = z.strictObject({
  by: z.string(),
  since: z.number(),
  /** When it ends by itself; nothing: when it is undrained. */
  until: z.number().optional(),
});

/** What is known of a zone: what was ordered, and what was seen. */
export const ZoneHealth = z.strictObject({ zone: z.string(), drain: Drain.optional(), breaker: ZoneBreaker });
export type ZoneHealth = z.infer<typeof ZoneHealth>;

/** A zone that nothing is known of: trusted. */
export function newZone(zone: string): ZoneHealth {
  return { zone, breaker: CLOSED_BREAKER };
}

/** True while an order holds that nothing new starts in the zone: a drain without an end holds until it is taken back. */
export function isDrained({ drain }: ZoneHealth, now: EpochMs): boolean {
  return drain !== undefined && (drain.until === undefined || now < drain.until);
}

/**
 * Zones in which new work may start, in the order given.
 *
 * A drain is an order and holds. A breaker is a guess: when it would leave no zone at all, what fails is not a zone,
 * and every zone that is not drained stays open.
 */
export function openZones(zones: readonly ZoneHealth[], now: EpochMs): readonly string[] {
  const undrained = zones.filter((health) => !isDrained(health, now));
  const trusted = undrained.filter(({ breaker }) => startsAllowed(breaker, now) > 0);
  return (trusted.length > 0 ? trusted : undrained).map(({ zone }) => zone);
}

/**
 * How many slots each open zone may have: a half-open one as many as its breaker probes with, beside a zone that is
 * trusted. Where none is, what fails is not a zone, and no zone is limited.
 */
export function zoneStarts(zones: readonly ZoneHealth[], now: EpochMs): ZoneStarts {
  const open = new Set(openZones(zones, now));
  const starts = zones
    .filter(({ zone }) => open.has(zone))
    .map(({ zone, breaker }) => [zone, startsAllowed(breaker, now)] as const);
  const trusted = starts.some(([, count]) => count === Number.POSITIVE_INFINITY);
  return new Map(starts.map(([zone, count]) => [zone, trusted ? count : Number.POSITIVE_INFINITY]));
}
