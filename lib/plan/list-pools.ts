import type { Settings } from '../core/settings.ts';
import { type Pool, REGIONAL, vcpuOf } from './pool.ts';

/** How many slots each open zone may have in all its tiers: without a limit, or as many as a zone on probe gets. */
export type ZoneStarts = ReadonlyMap<string, number>;

/**
 * Every worker function of an installation: one for each tier and zone, and one for each tier without a zone. When
 * there are zones the regional ones are for overflow. A pool has at most as many slots as vCPUs allow, and at least one.
 *
 * @param drained zones that must start nothing new
 * @param starts limits of zones on probe; a zone that is not named has none
 */
export function listPools(
  settings: Settings,
  drained: ReadonlySet<string>,
  starts: ZoneStarts = new Map(),
): readonly Pool[] {
  const { tiersMiB, zones, workerPrefix, workerAlias, vcpuMax } = settings;
  const qualifier = workerAlias === undefined ? '' : `:${workerAlias}`;
  const slotMax = (memoryMiB: number) =>
    Math.max(1, Math.min(settings.slotMax, Math.floor(vcpuMax / vcpuOf(memoryMiB))));
  const places = settings.regional || zones.length === 0 ? [...zones, REGIONAL] : zones;
  return places.flatMap((zone) =>
    tiersMiB.map((memoryMiB, tier) => ({
      id: `${memoryMiB}-${zone}`,
      functionName: `${workerPrefix}${memoryMiB}-${zone}${qualifier}`,
      memoryMiB,
      zone,
      state: drained.has(zone) ? ('drained' as const) : ('open' as const),
      slotMax: Math.min(slotMax(memoryMiB), tierShare(starts.get(zone), tier, tiersMiB.length)),
      ...(isProbed(starts, zone) && { probed: true }),
    })),
  );
}

/** Zones that may have only so many slots, until these have shown whether the zone is to be trusted. */
export function probedZones(starts: ZoneStarts): readonly string[] {
  return [...starts.keys()].filter((zone) => isProbed(starts, zone));
}

function isProbed(starts: ZoneStarts, zone: string): boolean {
  return Number.isFinite(starts.get(zone) ?? Number.POSITIVE_INFINITY);
}

/** A zone's limit goes round its tiers, the first ones first: together they have no more than it. */
function tierShare(limit = Number.POSITIVE_INFINITY, tier: number, tierCount: number): number {
  return Math.max(0, Math.ceil((limit - tier) / tierCount));
}
