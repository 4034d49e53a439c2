import type * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ObjectLocation, ObjectStore } from '../ports/object-store.ts';

/** What a run keeps in the object store, because it outgrows a table item or a state's payload. */
export type DocumentName = 'definition' | 'sharding' | 'forecast' | 'first-plan' | 'plan' | 'report';

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

/**
 * Reads a document that must be there.
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
  const text = new TextDecoder().decode(await objects.get(location));
  return parseStrictly(schema, parseJson(text, location), `document ${location}`);
}

function parseJson(text: string, location: ObjectLocation): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ForeshardError('CorruptData', `${location} is no JSON; the run has to be started anew`, { cause });
  }
}
