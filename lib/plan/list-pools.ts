import type { Settings } from '../core/settings.ts';
import { type Pool, REGIONAL, vcpuOf } from './pool.ts';

/**
 * Every worker function of an installation: one for each tier and zone, and one for each tier without a zone. When
 * there are zones the regional ones are for overflow. A pool has at most as many slots as vCPUs allow, and at least one.
 *
 * @param drained zones that must start nothing new
 */
export function listPools(settings: Settings, drained: ReadonlySet<string>): readonly Pool[] {
  const { tiersMiB, zones, workerPrefix, workerAlias, vcpuMax } = settings;
  const qualifier = workerAlias === undefined ? '' : `:${workerAlias}`;
  const slotMax = (memoryMiB: number) =>
    Math.max(1, Math.min(settings.slotMax, Math.floor(vcpuMax / vcpuOf(memoryMiB))));
  const places = settings.regional || zones.length === 0 ? [...zones, REGIONAL] : zones;
  return places.flatMap((zone) =>
    tiersMiB.map((memoryMiB) => ({
      id: `${memoryMiB}-${zone}`,
      functionName: `${workerPrefix}${memoryMiB}-${zone}${qualifier}`,
      memoryMiB,
      zone,
      state: drained.has(zone) ? ('drained' as const) : ('open' as const),
      slotMax: slotMax(memoryMiB),
    })),
  );
}
