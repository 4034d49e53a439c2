import * as z from 'zod';
import type { EpochMs } from '../core/quantity.ts';
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
