import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import { readSlot, type SlotRecord } from './slot-store.ts';

/** A slot that is dropped, or has ended, takes no new shard after this long. */
const LOOK_MS: DurationMs = 1_000;

/**
 * Looks about once a second whether a slot has been dropped, or was ended by somebody else: a call outlives the execution that
 * made it. Who asks while it looks waits for the same look.
 */
export function slotWatch(
  slot: Pick<SlotRecord, 'run' | 'slot'>,
  { table, clock }: Pick<Services, 'table' | 'clock'>,
): () => Promise<boolean> {
  let over = false;
  let seenAt: EpochMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  async function look(): Promise<void> {
    const record = await readSlot(table, slot);
    over = record?.droppedAt !== undefined || record?.status === 'ENDED';
    seenAt = clock.now();
  }
  return async () => {
    if (looking === undefined && !over && clock.now() - seenAt >= LOOK_MS) {
      looking = look().finally(() => {
        looking = undefined;
      });
    }
    await looking;
    return over;
  };
}
