import * as z from 'zod';
import type { DurationMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import type { ZoneHealth } from './open-zones.ts';
import { changeZone } from './zone-store.ts';

/** The event of EventBridge that tells of a zone that AWS shifts traffic away from. */
export const Autoshift = z.looseObject({
  'detail-type': z.enum(['Autoshift In Progress', 'Autoshift Completed']),
  detail: z.looseObject({ metadata: z.looseObject({ awayFrom: z.string() }) }),
});
export type Autoshift = z.infer<typeof Autoshift>;

const BY = 'arc-autoshift';
/** Events are delivered by best effort: a zone whose end was never told takes part again after a day. */
const DRAIN_MAX_MS: DurationMs = 86_400_000;

/**
 * Drains a zone for as long as AWS shifts traffic away from it. A drain that somebody ordered is left alone.
 *
 * @returns the zone's health, or nothing when the zone is none of ours
 */
export async function heedAutoshift(
  event: Autoshift,
  { table, clock, settings }: Pick<Services, 'table' | 'clock' | 'settings'>,
): Promise<ZoneHealth | undefined> {
  const zone = settings.zones[settings.zoneIds.indexOf(event.detail.metadata.awayFrom)];
  if (zone === undefined) return undefined;
  const since = clock.now();
  return changeZone(table, zone, (health) => {
    const { drain, ...rest } = health;
    if (drain && drain.by !== BY) return health;
    if (event['detail-type'] === 'Autoshift Completed') return rest;
    return { ...rest, drain: { by: BY, since, until: since + DRAIN_MAX_MS } };
  });
}
