import { type DecodedArray, type ParquetParsers, parquetRead, parquetSchema } from 'hyparquet';
import { parquetPlan, prefetchAsyncBuffer } from 'hyparquet/src/plan.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import type { ChunkPlan } from 'hyparquet/src/types.js';
import type { Codecs } from '../../ports/services.ts';
import { dictionaryColumn } from './dictionary-column.ts';
import type { ParquetFile } from './parquet-file.ts';
import { plainValue } from './plain-value.ts';

/** Absolute in the file, half open, within one row group. */
export interface RowSpan {
  readonly start: number;
  readonly end: number;
}

export interface ColumnsRequest {
  readonly names: readonly string[];
  readonly rows: RowSpan;
  readonly codecs: Codecs;
}

/** A decoded column: gives the plain JSON that stands in a row of the file, of those that were asked for. */
export type ParquetColumn = (row: number) => unknown;

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

/**
 * Decodes columns of one row group, in the order asked for. The bytes of all are fetched at once.
 *
 * @throws {Error} whatever the decoder says of a broken file
 */
export async function readColumns(parquet: ParquetFile, request: ColumnsRequest): Promise<readonly ParquetColumn[]> {
  const { names, rows } = request;
  const { metadata } = parquet;
  const plan = parquetPlan({ ...parquet, columns: [...names], rowStart: rows.start, rowEnd: rows.end });
  const file = prefetchAsyncBuffer(parquet.file, plan);
  const [group] = plan.groups;
  const chunks = new Map(group?.chunks.map((chunk) => [chunk.columnMetadata.path_in_schema.join('.'), chunk]));
  const from = { parquet: { file, metadata }, groupStart: group?.groupStart ?? 0, rowCount: group?.groupRows ?? 0 };
  return Promise.all(
    names.map(async (name) => {
      const chunk = chunks.get(name);
      return (chunk && (await byDictionary(chunk, from, request))) ?? decoded(name, from, request);
    }),
  );
}

interface Group {
  readonly parquet: ParquetFile;
  readonly groupStart: number;
  readonly rowCount: number;
}

async function byDictionary(
  { columnMetadata, range }: ChunkPlan,
  { parquet: { file, metadata }, groupStart, rowCount }: Group,
  { codecs }: ColumnsRequest,
): Promise<ParquetColumn | undefined> {
  const column = dictionaryColumn({
    bytes: await file.slice(range.startByte, range.endByte),
    metadata: columnMetadata,
    schemaPath: getTreePath(parquetSchema(metadata), columnMetadata.path_in_schema),
    compressors: compressors(codecs),
    parsers,
    rowCount,
  });
  if (!column) return undefined;
  const { values, positions } = column;
  return (row) => values[positions[row - groupStart] ?? -1];
}

interface Decoded {
  readonly values: DecodedArray;
  /** The file's row that the first value belongs to. */
  readonly rowStart: number;
}

async function decoded(name: string, { parquet }: Group, { rows, codecs }: ColumnsRequest): Promise<ParquetColumn> {
  const pages: Decoded[] = [];
  await parquetRead({
    ...parquet,
    columns: [name],
    rowStart: rows.start,
    rowEnd: rows.end,
    parsers,
    compressors: compressors(codecs),
    onChunk: ({ columnData, rowStart }) => pages.push({ values: columnData, rowStart }),
  });
  const { values, rowStart } = wholeColumn(name, pages, rows);
  return (row) => plainValue(values[row - rowStart]);
}

function compressors({ zstd, gzip, brotli }: Codecs) {
  return { ZSTD: zstd, GZIP: gzip, BROTLI: brotli };
}

/** Joins what was decoded page by page, if it was, and sees to it that no row is missing. */
function wholeColumn(name: string, pages: readonly Decoded[], { start, end }: RowSpan): Decoded {
  const rowStart = pages[0]?.rowStart ?? start;
  const values = pages.length === 1 ? pages[0]?.values : pages.flatMap((page) => Array.from<unknown>(page.values));
  if (values === undefined || rowStart > start || rowStart + values.length < end) {
    throw new Error(`column '${name}' has fewer values than the footer says`);
  }
  return { values, rowStart };
}
