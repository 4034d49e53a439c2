import type { DurationMs } from '../core/quantity.ts';
import type { Clock } from '../ports/clock.ts';
import type { DataRange } from '../shards/input-layout.ts';
import type { Advance } from './advance-cursor.ts';
import type { Block } from './define-task.ts';
import type { ReadBlock } from './input/read-range.ts';
import type { KeptLease } from './work-lease.ts';

/**
 * How much work a worker takes in advance, which no cut can take away from it: half of what is left, where whoever halves
 * it would cut, so that the cursor costs a shard few writes; a second at least, and never more than a few.
 */
const LEAD_SHARE = 1 / 2;
const LEAD_MIN_MS: DurationMs = 1_000;
const LEAD_MAX_MS: DurationMs = 4_000;
/** When less than this is left of it, the cursor is moved on while the task works: the task never waits for it. */
const RENEWAL_MS: DurationMs = 250;

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
  /** Units a millisecond so far; nothing before the first block is worked on. */
  pace(): number | undefined;
}

/**
 * Gives a task its blocks, each only after the cursor has passed it. When the tail of the shard is cut off meanwhile,
 * the blocks end there. The cursor runs seconds of work ahead, so that small blocks do not cost a write each.
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

  /** How far to go beyond a unit: to the end when less than the shortest lead would be left. */
  function ahead(unit: number): number {
    const leastLead = pace() * LEAD_MIN_MS;
    const lead = Math.min(Math.max((end - unit) * LEAD_SHARE, leastLead), pace() * LEAD_MAX_MS);
    const to = Math.floor(unit + lead);
    return end - to < leastLead ? end : Math.min(end, to);
  }

  async function reach(to: number): Promise<Advance> {
    const advanced = await kept.advance(to);
    if (advanced.kind === 'lost') throw kept.signal.reason;
    end = advanced.end;
    if (advanced.kind === 'advanced') cursor = Math.max(cursor, Math.min(to, end));
    return advanced;
  }

  /** Reaches a unit meanwhile. A failure is none yet: when the unit is needed it is tried again. */
  function reachAhead(to: number): void {
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
    if (unit <= cursor) {
      if (cursor - unit < pace() * RENEWAL_MS) reachAhead(ahead(cursor));
      return true;
    }
    const advanced = await reach(ahead(unit));
    if (advanced.kind === 'cut' && advanced.end >= unit) await reach(advanced.end);
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
      while (underway || cursor < end) await (underway ?? take(end));
      return end;
    },
    pace: () => (given > range.start ? pace() : undefined),
  };
}
