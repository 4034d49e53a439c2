import type { ShardId } from '../core/ids.ts';
import type { CostUsd, DurationMs, EpochMs, MemoryMiB } from '../core/quantity.ts';
import type { WatchedShard } from '../observe/watched-shard.ts';
import type { ReshardRecord, SlotChange } from './reshard-record.ts';
import type { SlotOutlook } from './slot-options.ts';
import type { TierFacts } from './tier-facts.ts';

/** A shard that is not done, and what is left of it. */
export interface OpenShard extends WatchedShard {
  readonly remainingMs: DurationMs;
  /** What an attempt from its start would take: as predicted, but as much longer as parts of the same data have been. */
  readonly freshMs: DurationMs;
  /** What a copy beside the attempt that runs is expected to need yet; below 0 when it is beyond that. Nothing when there is none. */
  readonly copyRestMs?: DurationMs;
  /** True when no attempt is left after the one that runs, or the next. */
  readonly lastAttempt: boolean;
  /** Nothing when it may not be merged. */
  readonly mergeable?: Mergeable;
}

/** What is looked at before a shard that waits is merged with its neighbour. */
export interface Mergeable {
  /** The shard that its index began with. */
  readonly root: ShardId;
  readonly memoryTierMiB: MemoryMiB;
  readonly memoryUpperMiB: MemoryMiB;
}

/** An operation with shards that are not done. */
export interface OpenOperation {
  readonly id: string;
  /** How late it may end without making the workflow late. */
  readonly slackMs: DurationMs;
  /** Units at which its ranges may be cut; nothing when any unit will do. */
  readonly borders?: readonly number[];
  /** No part may have fewer units. */
  readonly unitMin?: number;
  /** Start and fixed input of one shard. */
  readonly overheadMs: DurationMs;
  /** Requests that one more output object costs its readers. */
  readonly readerCount: number;
  readonly shards: readonly OpenShard[];
  /**
   * True when shards of different indexes may be merged.
   *
   * @default false
   */
  readonly mergesIndexes?: boolean;
  /** For a move to another tier; nothing when no shard waits or nothing is known. */
  readonly tiers?: TierFacts;
}

export interface ReshardRequest {
  readonly now: EpochMs;
  readonly operations: readonly OpenOperation[];
  /** Slots that the run holds now: those of them that are idle cost money all the same. */
  readonly slotCount: number;
  /** Slots that it could hold: no fewer, as the ledger has room for more. */
  readonly slotMax: number;
  /** Until a slot works that the run does not hold yet. */
  readonly startDelayMs: DurationMs;
  readonly slotUsdPerMs: CostUsd;
  readonly latenessUsdPerMs: CostUsd;
  readonly requestUsd: CostUsd;
  readonly lateChance: number;
  /** Copies that wait or run. */
  readonly copyCount: number;
  /** Copies of the run that were first, and all that have ended: how far a copy can be trusted to help. */
  readonly copiesWon: number;
  readonly copiesEnded: number;
  readonly earlier: readonly ReshardRecord[];
  /** What the run would be with fewer slots or more. @default - the number of its slots is not weighed */
  readonly slots?: SlotOutlook;
}

/** What becomes of one shard. */
export interface ShardCut {
  readonly shard: ShardId;
  /** First units of its tails, ascending. */
  readonly cutsAt: readonly number[];
}

/** The kinds of change, and what each is called for people. */
export const VERBS = {
  'split-waiting': 'split',
  'split-running': 'split',
  copy: 'copy',
  clone: 'clone',
  restart: 'restart',
  'tier-up': 'move',
  'tier-down': 'move',
  merge: 'merge',
  'add-slots': 'add',
  'drop-slots': 'drop',
} as const;

/** A change that could be made, weighed. */
export interface Candidate {
  readonly change: keyof typeof VERBS;
  /** Nothing when it changes the whole run. */
  readonly operation?: string;
  /** The shards that it changes, the longest first. */
  readonly shards: readonly ShardId[];
  /** Of a split: where each of the shards is cut. */
  readonly cuts?: readonly ShardCut[];
  /** Neighbours of which one shard is made, the first in front. */
  readonly merges?: readonly (readonly ShardId[])[];
  /** Of a move: the type, and the tier that it goes to. */
  readonly tier?: { readonly type: string; readonly memoryMiB: MemoryMiB };
  /** Of the number of slots: how it changes. */
  readonly slots?: SlotChange;
  /** How much earlier the workflow is expected to end. */
  readonly savedMs: DurationMs;
  readonly gainUsd: CostUsd;
  readonly costUsd: CostUsd;
  /** Slot time that it adds: starts, and work that is done twice. */
  readonly churnMs: DurationMs;
  /** True when it passes the rules of its kind; the budget has still to be asked. */
  readonly worth: boolean;
  /** What it is, for people: "op/7 at 61 % into 3". */
  readonly what: string;
}

/** A change must be worth this much more than it costs: predictions are uncertain, changes are not free to undo. */
export const HYSTERESIS = 0.3;

export function netUsd({ gainUsd, costUsd }: Pick<Candidate, 'gainUsd' | 'costUsd'>): CostUsd {
  return gainUsd - (1 + HYSTERESIS) * costUsd;
}

/** Slots that nobody of the operation works in or waits for. */
export function idleCount({ shards }: OpenOperation, { slotMax, copyCount }: ReshardRequest): number {
  return Math.max(0, slotMax - shards.length - copyCount);
}
