import { parquetSchema } from 'hyparquet';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Codecs } from '../../ports/services.ts';
import type { DataSource } from '../../workflow/definition.ts';
import { corruptData } from './corrupt-data.ts';
import type { ObjectPart } from './object-parts.ts';
import { type RowSpan, readColumns } from './parquet-columns.ts';
import { openParquet, orCorrupt, type ParquetFile } from './parquet-file.ts';
import type { ReadBlock } from './read-range.ts';
import { columnFault, rowsOf } from './rows-of.ts';

/** Parquet of a workflow definition. */
export type ParquetSource = Extract<DataSource, { kind: 'parquet' }>;

/** Rows of one block: large enough that a block costs nothing, small enough that its records die young. */
const BLOCK_ROWS_MAX = 16_384;

/**
 * Reads rows [start, end) of a Parquet object, row group by row group, each decoded once and only in the columns asked
 * for. Rows are plain JSON: see {@link plainValue}.
 *
 * @throws {ForeshardError} `CorruptData` when the file is broken or has no such column
 */
export async function* readParquet(
  part: ObjectPart,
  source: ParquetSource,
  { objects, codecs }: { readonly objects: ObjectStore; readonly codecs: Codecs },
): AsyncGenerator<ReadBlock> {
  const { location, base } = part;
  const parquet = await openParquet(part, objects);
  const names = columnNames(location, parquet, source.columns);
  for (const group of groupSpans(parquet, part)) {
    const columns = await orCorrupt(location, () => readColumns(parquet, { names, rows: group, codecs }));
    for (let start = group.start; start < group.end; start += BLOCK_ROWS_MAX) {
      const end = Math.min(start + BLOCK_ROWS_MAX, group.end);
      const valueAt = (column: number, row: number) => columns[column]?.(start + row);
      yield { from: location, records: rowsOf(names, end - start, valueAt), end: base + end };
    }
  }
}

/** The part of every row group that lies in a range of rows. */
function* groupSpans({ metadata }: ParquetFile, range: RowSpan): Generator<RowSpan> {
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows);
    const span = { start: Math.max(groupStart, range.start), end: Math.min(groupEnd, range.end) };
    if (span.start < span.end) yield span;
    groupStart = groupEnd;
  }
}

function columnNames(location: string, { metadata }: ParquetFile, asked?: readonly string[]): readonly string[] {
  const all = parquetSchema(metadata).children.map(({ element }) => element.name);
  const missing = asked?.find((name) => !all.includes(name));
  const cause = missing === undefined ? columnFault(all) : `it has no column '${missing}', only ${all.join(', ')}`;
  if (cause !== undefined) throw corruptData({ location, cause, advice: 'name columns that the file has' });
  return asked ?? all;
}
