import { byCodeUnit } from '../core/by-code-unit.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import { OTHER_COLOUR, operationColours } from './operation-colours.ts';
import type { RunReport } from './run-report.ts';

/** Decisions that the timeline marks: the table under it has more. */
const MARKS_MAX = 1_000;

/** The codes of the `outcome` column; client/timeline-model.ts knows them too. */
const OUTCOME_CODES = { committed: 0, failed: 1, lost: 2 } as const;

export interface TimelineSlot {
  readonly id: string;
  readonly zone: string;
  readonly memoryMiB: number;
}

/** What the client script draws: columns instead of objects, because 100,000 attempts must fit in a page. */
export interface TimelineData {
  readonly lengthMs: number;
  readonly deadlineMs: number;
  readonly plannedEndMs: number;
  readonly operations: readonly { readonly id: string; readonly colour: string }[];
  /** By zone, then memory, then id; the rows of the picture from the top. */
  readonly slots: readonly TimelineSlot[];
  /** Little endian numbers as base64, one per attempt, by slot and start. */
  readonly columns: {
    readonly operation: string;
    readonly slot: string;
    readonly startMs: string;
    readonly durationMs: string;
    readonly index: string;
    readonly epoch: string;
    readonly outcome: string;
  };
  /** The ids of copies, and of shards that were cut off others: `[attempt, id]`; all others are `operation/index`. */
  readonly labels: readonly (readonly [number, string])[];
  readonly errors: readonly (readonly [number, string])[];
  readonly marks: readonly { readonly atMs: number; readonly taken: boolean; readonly text: string }[];
  /** Slots that the first plan granted in all zones: from this moment on so many. */
  readonly granted: readonly (readonly [number, number])[];
}

/**
 * Packs the attempts of a run for the timeline.
 *
 * @complexity O(n log n) in the number of attempts; 17 bytes for each, before base64
 */
export function timelineData(report: RunReport): TimelineData {
  const { startedAt, operations, attempts } = report;
  const colours = operationColours(report);
  const slots = slotsOf(attempts);
  const slotIndex = new Map(slots.map((slot, index) => [slotKey(slot.zone, slot.id), index]));
  const operationIndex = new Map(operations.map(({ id }, index) => [id, index]));
  const placed = attempts
    .map((attempt) => ({ attempt, row: slotIndex.get(slotKey(attempt.zone, attempt.slot)) ?? 0 }))
    .sort((a, b) => a.row - b.row || a.attempt.startedAt - b.attempt.startedAt);
  const sorted = placed.map(({ attempt }) => attempt);
  return {
    lengthMs: report.endedAt - startedAt,
    deadlineMs: report.deadlineAt - startedAt,
    plannedEndMs: report.promise.expectedEndAt - startedAt,
    operations: operations.map(({ id }) => ({ id, colour: colours.get(id) ?? OTHER_COLOUR })),
    slots,
    columns: {
      operation: base64(Uint16Array.from(sorted, ({ operation }) => operationIndex.get(operation) ?? 0)),
      slot: base64(Uint16Array.from(placed, ({ row }) => row)),
      startMs: base64(Uint32Array.from(sorted, (attempt) => Math.max(0, attempt.startedAt - startedAt))),
      durationMs: base64(Uint32Array.from(sorted, ({ durationMs }) => durationMs)),
      index: base64(Uint32Array.from(sorted, ({ shard }) => shardIndex(shard))),
      epoch: base64(Uint8Array.from(sorted, ({ epoch }) => Math.min(255, epoch))),
      outcome: base64(Uint8Array.from(sorted, ({ outcome }) => OUTCOME_CODES[outcome])),
    },
    labels: sorted.flatMap(({ shard, copy, operation }, at) => {
      if (copy !== undefined) return [[at, `${shard}, copy`] as const];
      return shard === `${operation}/${shardIndex(shard)}` ? [] : [[at, shard] as const];
    }),
    errors: sorted.flatMap(({ error }, at) => (error === undefined ? [] : [[at, error] as const])),
    marks: report.decisions
      .slice(0, MARKS_MAX)
      .map(({ at, taken, reason }) => ({ atMs: at - startedAt, taken, text: reason })),
    granted: grantedSteps(report),
  };
}

/** Every slot that ran an attempt, in the order of the rows. */
export function slotsOf(attempts: readonly ShardAttempt[]): readonly TimelineSlot[] {
  const slots = new Map<string, TimelineSlot>();
  for (const { slot, zone, memoryTierMiB } of attempts) {
    const key = slotKey(zone, slot);
    if (!slots.has(key)) slots.set(key, { id: slot, zone, memoryMiB: memoryTierMiB });
  }
  return [...slots.values()].sort(
    (a, b) => byCodeUnit(a.zone, b.zone) || a.memoryMiB - b.memoryMiB || byCodeUnit(a.id, b.id),
  );
}

function slotKey(zone: string, slot: string): string {
  return `${zone} ${slot}`;
}

function shardIndex(shard: string): number {
  const index = Number.parseInt(shard.slice(shard.lastIndexOf('/') + 1), 10);
  return Number.isNaN(index) ? 0 : index;
}

function grantedSteps({ promise, startedAt }: RunReport): readonly (readonly [number, number])[] {
  const changes = promise.grants
    .flatMap(({ from, until, slotCount }) => [
      { atMs: from - startedAt, by: slotCount },
      { atMs: until - startedAt, by: -slotCount },
    ])
    .sort((a, b) => a.atMs - b.atMs);
  let count = 0;
  return changes.map(({ atMs, by }) => {
    count += by;
    return [atMs, count] as const;
  });
}

/** Encoded piece by piece: one call for all would pass more arguments than an engine takes. */
function base64(numbers: Uint8Array | Uint16Array | Uint32Array): string {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  }
  return btoa(pieces.join(''));
}
