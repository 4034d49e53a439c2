import { type DecodedArray, type ParquetParsers, parquetRead, parquetSchema } from 'hyparquet';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Codecs } from '../../ports/services.ts';
import type { DataSource } from '../../workflow/definition.ts';
import { corruptData } from './corrupt-data.ts';
import type { ObjectPart } from './object-parts.ts';
import { openParquet, orCorrupt, type ParquetFile } from './parquet-file.ts';
import { plainValue } from './plain-value.ts';
import type { ReadBlock } from './read-range.ts';
import { columnFault, rowsOf } from './rows-of.ts';

/** Parquet of a workflow definition. */
export type ParquetSource = Extract<DataSource, { kind: 'parquet' }>;

/** Rows of one block: large enough that a block costs nothing, small enough that its records die young. */
const BLOCK_ROWS_MAX = 16_384;

const MS_PER_DAY = 86_400_000;

/**
 * Dates and times are milliseconds since 1970, as a fraction where the file is finer: a record must be plain JSON, and
 * a number sorts and subtracts as a text does not. Only of a file that says nothing of zones are they local times.
 */
const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros) => Number(micros) / 1_000,
  timestampFromNanoseconds: (nanos) => Number(nanos) / 1_000_000,
  dateFromDays: (days) => days * MS_PER_DAY,
};

interface RowSpan {
  /** Absolute in the file, half open, within one row group. */
  readonly start: number;
  readonly end: number;
}

interface Column {
  readonly values: DecodedArray;
  /** The file's row that the first value belongs to. */
  readonly rowStart: number;
}

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
    const columns = await orCorrupt(location, () => readColumns(parquet, { names, group, codecs }));
    for (let start = group.start; start < group.end; start += BLOCK_ROWS_MAX) {
      const end = Math.min(start + BLOCK_ROWS_MAX, group.end);
      const valueAt = (column: number, row: number) => valueIn(columns[column], start + row);
      yield { from: location, records: rowsOf(names, end - start, valueAt), end: base + end };
    }
  }
}

function valueIn(column: Column | undefined, row: number): unknown {
  return column === undefined ? null : plainValue(column.values[row - column.rowStart]);
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

async function readColumns(
  { file, metadata }: ParquetFile,
  { names, group, codecs }: { readonly names: readonly string[]; readonly group: RowSpan; readonly codecs: Codecs },
): Promise<readonly Column[]> {
  const pages = new Map<string, Column[]>(names.map((name) => [name, []]));
  await parquetRead({
    file,
    metadata,
    columns: [...names],
    rowStart: group.start,
    rowEnd: group.end,
    parsers,
    compressors: { ZSTD: codecs.zstd, GZIP: codecs.gzip, BROTLI: codecs.brotli },
    onChunk: ({ columnName, columnData, rowStart }) => pages.get(columnName)?.push({ values: columnData, rowStart }),
  });
  return names.map((name) => wholeColumn(name, pages.get(name) ?? [], group));
}

/** Joins what was decoded page by page, if it was, and sees to it that no row is missing. */
function wholeColumn(name: string, pages: readonly Column[], { start, end }: RowSpan): Column {
  const rowStart = pages[0]?.rowStart ?? start;
  const values = pages.length === 1 ? pages[0]?.values : pages.flatMap((page) => Array.from<unknown>(page.values));
  if (values === undefined || rowStart > start || rowStart + values.length < end) {
    throw new Error(`column '${name}' has fewer values than the footer says`);
  }
  return { values, rowStart };
}
