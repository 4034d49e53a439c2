import { join } from 'node:path';
import { needData } from '../need-data.ts';
import { readGzipCsv } from './read-gzip.ts';

/** One series of the M4 competition, hourly: what was known, and the 48 hours that followed. */
export interface M4Series {
  readonly id: string;
  readonly known: readonly number[];
  readonly future: readonly number[];
}

/**
 * Reads the hourly series of the M4 competition, all that the folder has.
 *
 * @param data a folder with `series/m4-hourly/hourly-train.csv.gz` and `hourly-test.csv.gz`
 * @see Makridakis, Spiliotis and Assimakopoulos, "The M4 Competition", 2020
 */
export async function readM4Hourly(data: string | undefined): Promise<readonly M4Series[]> {
  const folder = needData(data, 'series/m4-hourly');
  const known = await readRows(join(folder, 'hourly-train.csv.gz'));
  const future = await readRows(join(folder, 'hourly-test.csv.gz'));
  return [...known].map(([id, values]) => ({ id, known: values, future: future.get(id) ?? [] }));
}

/** The first row names the columns; shorter series end in empty cells. */
async function readRows(path: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const [, ...rows] = await readGzipCsv(path);
  return new Map(rows.map(([id = '', ...cells]) => [id, cells.filter((cell) => cell !== '').map(Number)]));
}
