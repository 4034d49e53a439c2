import * as z from 'zod';
import { intakeNeed, type Need, type RunId } from '../../core/ids.ts';
import { parseStrictly } from '../../core/parse-strictly.ts';
import type { ObjectLocation, ObjectStore } from '../../ports/object-store.ts';
import type { Item, ItemKey, Table } from '../../ports/table.ts';
import { runPartition } from '../run-record.ts';

/** One step of a backlog whose arrivals were taken in: the reason why its shards may start. */
export const IntakeRecord = z.strictObject({
  run: z.string(),
  operation: z.string(),
  step: z.int().nonnegative(),
  /** When it was listed. */
  at: z.number(),
  objectCount: z.int().nonnegative(),
  bytes: z.number().nonnegative(),
  /** When all of its shards had been told. */
  releasedAt: z.number().optional(),
});
export type IntakeRecord = z.infer<typeof IntakeRecord>;

/** What a step brought. */
export const IntakeList = z.strictObject({
  objects: z.array(
    z.strictObject({ location: z.string(), sizeBytes: z.number().nonnegative(), arrivedAt: z.number() }),
  ),
});
export type IntakeList = z.infer<typeof IntakeList>;

interface StepOfBacklog {
  readonly run: RunId;
  readonly operation: string;
  readonly step: number;
}

/** Steps sort as texts. */
const DIGITS = 6;

export function intakeKey({ run, operation, step }: StepOfBacklog): ItemKey {
  return { partition: runPartition(run), sort: `INTAKE#${operation}#${String(step).padStart(DIGITS, '0')}` };
}

/** The key of the record that meets a need: `operation#step` is what the need is of. */
export function intakeKeyOf(run: RunId, of: string): ItemKey {
  const [operation = '', step = ''] = of.split('#');
  return intakeKey({ run, operation, step: Number(step) });
}

export function needOf({ operation, step }: Pick<StepOfBacklog, 'operation' | 'step'>): Need {
  return intakeNeed(operation, step);
}

export function parseIntake({ partition: _partition, sort, ...item }: Item): IntakeRecord {
  return parseStrictly(IntakeRecord, item, `intake '${sort}'`);
}

/** Every step of an operation's backlog that was taken in, in order. */
export async function readIntakes(table: Table, run: RunId, operation: string): Promise<readonly IntakeRecord[]> {
  const records: IntakeRecord[] = [];
  const steps = table.query({ partition: runPartition(run), sortPrefix: `INTAKE#${operation}#` });
  for await (const item of steps) records.push(parseIntake(item));
  return records;
}

function listLocation({ run, operation, step }: StepOfBacklog): ObjectLocation {
  return `runs/${run}/intake/${operation}/${step}.json`;
}

/** Lists are written once, by whoever is first: a process that has read one need not read it again. */
const KEPT_MAX = 4_096;
const kept = new WeakMap<ObjectStore, Map<ObjectLocation, IntakeList>>();

/**
 * Writes what a step brought, unless somebody was first.
 *
 * @returns the list as it is stored
 */
export async function writeIntakeList(objects: ObjectStore, of: StepOfBacklog, list: IntakeList): Promise<IntakeList> {
  const body = new TextEncoder().encode(JSON.stringify(list));
  const { stored } = await objects.put(listLocation(of), body, { ifAbsent: true });
  return stored ? list : readIntakeList(objects, of);
}

/** @throws {ForeshardError} `MissingObject` when the step was not taken in */
export async function readIntakeList(objects: ObjectStore, of: StepOfBacklog): Promise<IntakeList> {
  const location = listLocation(of);
  const memory = kept.get(objects) ?? new Map<ObjectLocation, IntakeList>();
  kept.set(objects, memory);
  const known = memory.get(location);
  if (known) return known;
  const list = parseStrictly(IntakeList, JSON.parse(new TextDecoder().decode(await objects.get(location))), location);
  const [oldest] = memory.keys();
  if (memory.size >= KEPT_MAX && oldest !== undefined) memory.delete(oldest);
  memory.set(location, list);
  return list;
}
