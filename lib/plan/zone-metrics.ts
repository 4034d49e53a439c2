import type { EpochMs } from '../core/quantity.ts';
import { type SummaryEmf, summaryEmf } from '../profile/summary-emf.ts';
import type { Pool } from './pool.ts';
import type { Reservation } from './reconcile-concurrency.ts';

export interface ZonesNow {
  readonly pools: readonly Pool[];
  /** Slots in the ledger, by pool. */
  readonly heldCounts: ReadonlyMap<string, number>;
  /** By function. */
  readonly reserved: ReadonlyMap<string, Reservation>;
  readonly at: EpochMs;
}

/** How much of each zone's pools is held, and how much of it is reserved: one line a zone. */
export function zoneMetrics({ pools, heldCounts, reserved, at }: ZonesNow): readonly SummaryEmf[] {
  const byZone = Map.groupBy(pools, ({ zone }) => zone);
  return [...byZone].map(([zone, own]) => {
    const sum = (of: (pool: Pool) => number) => ({
      unit: 'Count' as const,
      value: own.reduce((total, pool) => total + of(pool), 0),
    });
    return summaryEmf({
      at,
      dimensions: { zone },
      metrics: {
        heldSlotCount: sum(({ id }) => heldCounts.get(id) ?? 0),
        reservedSlotCount: sum(({ functionName }) => reserved.get(functionName) ?? 0),
        slotMax: sum(({ slotMax }) => slotMax),
      },
    });
  });
}
