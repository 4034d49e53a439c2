import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import { readSlot, type SlotRecord } from './slot-store.ts';

/** A slot that is dropped takes no new shard after this long. */
const LOOK_MS: DurationMs = 1_000;

/** Looks about once a second whether a slot has been dropped, however often it is asked: who asks meanwhile waits for the same look. */
export function slotWatch(
  slot: Pick<SlotRecord, 'run' | 'slot'>,
  { table, clock }: Pick<Services, 'table' | 'clock'>,
): () => Promise<boolean> {
  let dropped = false;
  let seenAt: EpochMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  async function look(): Promise<void> {
    dropped = (await readSlot(table, slot))?.droppedAt !== undefined;
    seenAt = clock.now();
  }
  return async () => {
    if (looking === undefined && !dropped && clock.now() - seenAt >= LOOK_MS) {
      looking = look().finally(() => {
        looking = undefined;
      });
    }
    await looking;
    return dropped;
  };
}
