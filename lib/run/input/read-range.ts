import type { ObjectStore } from '../../ports/object-store.ts';
import type { Codecs } from '../../ports/services.ts';
import type { DataRange, InputLayout } from '../../shards/input-layout.ts';
import type { DataSource } from '../../workflow/definition.ts';
import { requireSource, type SourceRegistry } from '../define-source.ts';
import type { Block } from '../define-task.ts';
import { type ObjectPart, objectParts } from './object-parts.ts';
import { readNdjson } from './read-ndjson.ts';

/** Numbers of one block of keys. */
const BLOCK_KEYS_MAX = 16_384;

/** A block, and how far into its range the reader is once it is done. */
export interface ReadBlock extends Block {
  /** In the layout's units: where a reader that takes over begins. */
  readonly end: number;
}

/** What is read: a source, its layout as it was probed, and the range of one shard. */
export interface RangeRequest {
  readonly source: DataSource;
  readonly layout: InputLayout;
  readonly range: DataRange;
  readonly objects: ObjectStore;
  readonly codecs: Codecs;
  readonly sources?: SourceRegistry | undefined;
}

/**
 * Reads a range of an input block by block. Ranges that join give every record exactly once: a record of text belongs
 * to the range in which it starts.
 *
 * CSV and NDJSON give texts as they are and JSON values; Parquet gives rows of plain JSON; objects give
 * `{ location, sizeBytes }` one by one; keys give whole numbers.
 *
 * @throws {ForeshardError} `CorruptData`, naming the object and if possible the byte; `MissingObject` when an object has
 *   gone since it was probed
 * @complexity O(range) time; memory is a few steps of 1 MiB, or one row group of Parquet
 */
export async function* readRange(request: RangeRequest): AsyncGenerator<ReadBlock> {
  if (request.source.kind === 'keys') {
    yield* readKeys(request.source.from, request.range);
    return;
  }
  if (request.source.kind === 'custom') {
    yield* readCustom(request.source, request);
    return;
  }
  for (const part of objectParts(request.layout, request.range)) {
    for await (const block of readPart(part, request)) {
      // the last record of a text may reach beyond the range, the cursor must not
      yield { ...block, end: Math.min(block.end, request.range.end) };
    }
  }
}

/** A format's reader is loaded with its first part: most workers start sooner without any. */
async function* readPart(part: ObjectPart, { source, objects, codecs }: RangeRequest): AsyncGenerator<ReadBlock> {
  switch (source.kind) {
    case 'csv': {
      const { readCsv } = await import('./read-csv.ts');
      yield* readCsv(part, source, objects);
      return;
    }
    case 'ndjson':
      yield* readNdjson(part, objects);
      return;
    case 'parquet': {
      const { readParquet } = await import('./read-parquet.ts');
      yield* readParquet(part, source, { objects, codecs });
      return;
    }
    default:
      yield* oneObject(part);
  }
}

async function* readCustom(
  { source: name, location, params }: DataSource & { readonly kind: 'custom' },
  { layout, range, objects, sources }: RangeRequest,
): AsyncGenerator<ReadBlock> {
  const source = requireSource(sources, name);
  const given = source.params?.parse(params) ?? params;
  for await (const block of source.read({ location, params: given, layout, range, objects })) {
    yield { ...block, end: Math.min(block.end, range.end) };
  }
}

async function* oneObject({ location, sizeBytes, base, end }: ObjectPart): AsyncGenerator<ReadBlock> {
  yield { from: location, records: [{ location, sizeBytes }], end: base + end };
}

function* readKeys(from: number, range: DataRange): Generator<ReadBlock> {
  for (let start = range.start; start < range.end; start += BLOCK_KEYS_MAX) {
    const end = Math.min(start + BLOCK_KEYS_MAX, range.end);
    yield { from: 'keys', records: Array.from({ length: end - start }, (_, index) => from + start + index), end };
  }
}
