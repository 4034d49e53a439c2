import type * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ObjectLocation, ObjectStore } from '../ports/object-store.ts';

/** What a run keeps in the object store, because it outgrows a table item or a state's payload. */
export type DocumentName = 'definition' | 'sharding' | 'trade-off' | 'forecast' | 'first-plan' | 'plan' | 'report';

export function documentLocation(run: RunId, name: DocumentName): ObjectLocation {
  return `runs/${run}/${name}.json`;
}

/** What is written of a run: whose, and what. */
export interface DocumentKey {
  readonly run: RunId;
  readonly name: DocumentName;
}

export async function hasDocument(objects: ObjectStore, { run, name }: DocumentKey): Promise<boolean> {
  return (await objects.info(documentLocation(run, name))) !== undefined;
}

/** Writes a document whole; the last writer wins, and a reader sees one or the other. */
export async function writeDocument(objects: ObjectStore, { run, name }: DocumentKey, content: unknown): Promise<void> {
  await objects.put(documentLocation(run, name), new TextEncoder().encode(JSON.stringify(content)));
}

/** Documents that are written once: a process that has read one need not read it again. */
const WRITTEN_ONCE: ReadonlySet<DocumentName> = new Set(['definition', 'sharding', 'forecast']);
const KEPT_MAX = 24;
const kept = new WeakMap<ObjectStore, Map<ObjectLocation, KeptDocument>>();

/** By whom it was parsed: of one document there are readers that take a part. */
interface KeptDocument {
  readonly schema: z.ZodType;
  readonly document: unknown;
}

/**
 * Reads a document that must be there; one that is written once comes from memory the second time.
 *
 * @throws {ForeshardError} `MissingObject` when it is not there, `CorruptData` when it is no JSON, `InvalidInput` when
 *   it is not of the schema
 */
export async function readDocument<Schema extends z.ZodType>(
  objects: ObjectStore,
  { run, name }: DocumentKey,
  schema: Schema,
): Promise<z.output<Schema>> {
  const location = documentLocation(run, name);
  const memory = kept.get(objects) ?? new Map<ObjectLocation, KeptDocument>();
  kept.set(objects, memory);
  const known = memory.get(location);
  if (known?.schema === schema) return known.document as z.output<Schema>;
  const text = new TextDecoder().decode(await objects.get(location));
  const document = parseStrictly(schema, parseJson(text, location), `document ${location}`);
  if (WRITTEN_ONCE.has(name)) keep(memory, location, { schema, document });
  return document;
}

function keep(memory: Map<ObjectLocation, KeptDocument>, location: ObjectLocation, document: KeptDocument): void {
  memory.set(location, document);
  const [oldest] = memory.keys();
  if (memory.size > KEPT_MAX && oldest !== undefined) memory.delete(oldest);
}

function parseJson(text: string, location: ObjectLocation): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ForeshardError('CorruptData', `${location} is no JSON; the run has to be started anew`, { cause });
  }
}
