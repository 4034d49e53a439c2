import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import { readOpenZones } from './zone-store.ts';

/** A zone that is drained takes no new shard after this long. */
const LOOK_MS: DurationMs = 1_000;

/** What one invocation of a worker knows of the zones. */
export interface ZoneWatch {
  /** Zones in which new work may start, as they were a moment ago. */
  open(): readonly string[];
  /** False when nothing new may start in a zone; what has no zone is never closed. */
  isOpen(zone: string): Promise<boolean>;
}

/** Looks at the zones about once a second, however often it is asked: who asks meanwhile waits for the same look. */
export function zoneWatch(services: Pick<Services, 'table' | 'clock' | 'settings'>): ZoneWatch {
  const { clock, settings } = services;
  let open = settings.zones;
  let seenAt: EpochMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  async function look(): Promise<void> {
    open = [...(await readOpenZones(services))];
    seenAt = clock.now();
  }
  return {
    open: () => open,
    async isOpen(zone) {
      if (looking === undefined && clock.now() - seenAt >= LOOK_MS) {
        looking = look().finally(() => {
          looking = undefined;
        });
      }
      await looking;
      return open.includes(zone) || !settings.zones.includes(zone);
    },
  };
}
