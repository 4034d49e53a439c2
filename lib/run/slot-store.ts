import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Item, ItemKey, Table } from '../ports/table.ts';
import { runPartition } from './run-record.ts';

/** One unit of a pool's concurrency that a run holds; also an execution of the slot state machine. */
export const SlotRecord = z.strictObject({
  run: z.string(),
  /** Its execution's name. */
  slot: z.string(),
  pool: z.string(),
  zone: z.string(),
  memoryTierMiB: z.number().positive(),
  startedAt: z.number(),
  /** When its grant ends. */
  until: z.number(),
  status: z.enum(['STARTED', 'ENDED']),
  /** When it was dropped: it ends with the shard that it works at, and claims no other. */
  droppedAt: z.number().optional(),
});
export type SlotRecord = z.infer<typeof SlotRecord>;

/**
 * Writes a slot before its execution starts, so that no execution runs that nobody knows of. One that is there stays as it
 * is: a request that arrives a second time, late, brings back no slot that has ended.
 */
export async function writeSlot(table: Table, slot: SlotRecord): Promise<void> {
  await table.put({ ...slotKey(slot.run, slot.slot), ...slot }, { attribute: 'slot', exists: false });
}

/** Ends a slot; ending one that has ended, or was never written, changes nothing. */
export async function endSlot(table: Table, { run, slot }: Pick<SlotRecord, 'run' | 'slot'>): Promise<void> {
  await table.update(slotKey(run, slot), { set: { status: 'ENDED' } }, { attribute: 'status', equals: 'STARTED' });
}

/** Lets a slot claim nothing more; one that has ended, or is dropped already, stays as it is. */
export async function dropSlot(
  table: Table,
  { run, slot }: Pick<SlotRecord, 'run' | 'slot'>,
  now: EpochMs,
): Promise<void> {
  const drops = [
    { attribute: 'status', equals: 'STARTED' },
    { attribute: 'droppedAt', exists: false },
  ] as const;
  await table.update(slotKey(run, slot), { set: { droppedAt: now } }, { all: drops });
}

/** One slot; nothing when it was never written. */
export async function readSlot(
  table: Table,
  { run, slot }: Pick<SlotRecord, 'run' | 'slot'>,
): Promise<SlotRecord | undefined> {
  const item = await table.get(slotKey(run, slot));
  return item && parseSlot(item);
}

/** Every slot that a run ever had, in code unit order of their names. */
export async function readSlots(table: Table, run: RunId): Promise<readonly SlotRecord[]> {
  const slots: SlotRecord[] = [];
  for await (const item of table.query({ partition: runPartition(run), sortPrefix: 'SLOT#' }))
    slots.push(parseSlot(item));
  return slots;
}

function slotKey(run: RunId, slot: string): ItemKey {
  return { partition: runPartition(run), sort: `SLOT#${slot}` };
}

function parseSlot({ partition: _partition, sort, ...slot }: Item): SlotRecord {
  return parseStrictly(SlotRecord, slot, `slot '${sort}'`);
}
