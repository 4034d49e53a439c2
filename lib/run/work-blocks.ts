import type { DurationMs } from '../core/quantity.ts';
import type { Clock } from '../ports/clock.ts';
import type { DataRange } from '../shards/input-layout.ts';
import type { Block } from './define-task.ts';
import type { ReadBlock } from './input/read-range.ts';
import type { KeptLease } from './work-lease.ts';

/** How much work a worker takes in advance: what a cut cannot take away from it, and what is lost if it dies. */
const CHECKPOINT_MS: DurationMs = 1_000;

export interface BlocksRequest {
  /** The shard's range as it was claimed. */
  readonly range: DataRange;
  /**
   * What the claim has taken already.
   *
   * @default - nothing
   */
  readonly claimedUpTo?: number;
  readonly kept: KeptLease;
  readonly clock: Clock;
  /** The blocks of a part of the range; blocks that come before its first unit are broadcasts. */
  readonly read: (range: DataRange) => AsyncIterable<ReadBlock>;
}

export interface WorkBlocks {
  readonly blocks: AsyncIterable<Block>;
  /** Takes what the task did not ask for, and tells the unit at which the shard ends: where it is committed. */
  finish(): Promise<number>;
}

/**
 * Gives a task its blocks, each only after the cursor has passed it. When the tail of the shard is cut off meanwhile,
 * the blocks end there. The cursor runs about a second of work ahead, so that small blocks do not cost a write each.
 *
 * Both throw the reason of the lease's signal when the lease is lost or the time is over.
 */
export function workBlocks({ range, claimedUpTo = range.start, kept, clock, read }: BlocksRequest): WorkBlocks {
  const startedAt = clock.now();
  let { end } = range;
  let given = range.start;
  let cursor = claimedUpTo;

  /** Moves the cursor past a unit; false when a cut has left the unit out. */
  async function take(unit: number): Promise<boolean> {
    kept.signal.throwIfAborted();
    if (unit <= cursor) return true;
    const unitsPerMs = (given - range.start) / Math.max(1, clock.now() - startedAt);
    const ahead = Math.min(end, Math.floor(unit + unitsPerMs * CHECKPOINT_MS));
    let advanced = await kept.advance(ahead);
    if (advanced.kind === 'cut' && advanced.end >= unit) advanced = await kept.advance(advanced.end);
    if (advanced.kind === 'lost') throw kept.signal.reason;
    end = advanced.end;
    if (advanced.kind === 'advanced') cursor = Math.max(cursor, Math.min(ahead, end));
    return unit <= cursor;
  }

  async function* blocks(): AsyncGenerator<Block> {
    for (let [whole, first] = [false, true]; !whole; first = false) {
      whole = true;
      const resumedAt = given;
      for await (const block of read({ start: resumedAt, end })) {
        const broadcast = block.end <= resumedAt;
        if (broadcast && !first) continue;
        whole = broadcast || (await take(block.end));
        if (!whole) break;
        given = Math.max(given, block.end);
        yield { from: block.from, records: block.records };
      }
    }
  }

  return {
    blocks: blocks(),
    async finish() {
      while (cursor < end) await take(end);
      return end;
    },
  };
}
