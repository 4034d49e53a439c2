import type { DurationMs } from '../core/quantity.ts';
import type { Clock } from '../ports/clock.ts';
import type { DataRange } from '../shards/input-layout.ts';
import type { Advance } from './advance-cursor.ts';
import type { Block } from './define-task.ts';
import type { ReadBlock } from './input/read-range.ts';
import type { KeptLease } from './work-lease.ts';

/** How much work a worker takes in advance: what a cut cannot take away from it, and what is lost if it dies. */
const CHECKPOINT_MS: DurationMs = 1_000;
/** When less than this share of it is left, the cursor is moved on while the task works: the task never waits for it. */
const RENEWAL_SHARE = 1 / 4;
/** What is taken while the first block is read, at the pace of the shard before: it may be a wrong guess. */
const FIRST_MS: DurationMs = 125;

export interface BlocksRequest {
  /** The shard's range as it was claimed. */
  readonly range: DataRange;
  /**
   * What the claim has taken already.
   *
   * @default - nothing
   */
  readonly claimedUpTo?: number;
  /**
   * Units a millisecond of the operation's shard before.
   *
   * @default - unknown: nothing is taken before the first block is there
   */
  readonly pace?: number | undefined;
  readonly kept: KeptLease;
  readonly clock: Clock;
  /** The blocks of a part of the range; blocks that come before its first unit are broadcasts. */
  readonly read: (range: DataRange) => AsyncIterable<ReadBlock>;
}

export interface WorkBlocks {
  readonly blocks: AsyncIterable<Block>;
  /** Takes what the task did not ask for, and tells the unit at which the shard ends: where it is committed. */
  finish(): Promise<number>;
  /** Units a millisecond so far; nothing before the first block is worked on. */
  pace(): number | undefined;
}

/**
 * Gives a task its blocks, each only after the cursor has passed it. When the tail of the shard is cut off meanwhile,
 * the blocks end there. The cursor runs about a second of work ahead, so that small blocks do not cost a write each.
 *
 * Both throw the reason of the lease's signal when the lease is lost or the time is over.
 */
export function workBlocks(request: BlocksRequest): WorkBlocks {
  const { range, claimedUpTo = range.start, kept, clock, read } = request;
  const startedAt = clock.now();
  let { end } = range;
  let given = range.start;
  let cursor = claimedUpTo;
  let underway: Promise<void> | undefined;

  const pace = () => (given - range.start) / Math.max(1, clock.now() - startedAt);

  async function reach(to: number): Promise<Advance> {
    const advanced = await kept.advance(to);
    if (advanced.kind === 'lost') throw kept.signal.reason;
    end = advanced.end;
    if (advanced.kind === 'advanced') cursor = Math.max(cursor, Math.min(to, end));
    return advanced;
  }

  /** Reaches a unit meanwhile. A failure is none yet: when the unit is needed it is tried again. */
  function reachAhead(unit: number): void {
    const to = Math.min(end, Math.floor(unit));
    if (underway || to <= cursor) return;
    const over = () => {
      underway = undefined;
    };
    underway = reach(to).then(over, over);
  }

  /** Moves the cursor past a unit; false when a cut has left the unit out. */
  async function take(unit: number): Promise<boolean> {
    if (unit > cursor) await underway;
    kept.signal.throwIfAborted();
    const leadMax = pace() * CHECKPOINT_MS;
    if (unit <= cursor) {
      if (cursor - unit < leadMax * RENEWAL_SHARE) reachAhead(unit + leadMax);
      return true;
    }
    const advanced = await reach(Math.min(end, Math.floor(unit + leadMax)));
    if (advanced.kind === 'cut' && advanced.end >= unit) await reach(advanced.end);
    return unit <= cursor;
  }

  async function* blocks(): AsyncGenerator<Block> {
    if (request.pace !== undefined) reachAhead(range.start + request.pace * FIRST_MS);
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
      while (underway || cursor < end) await (underway ?? take(end));
      return end;
    },
    pace: () => (given > range.start ? pace() : undefined),
  };
}
