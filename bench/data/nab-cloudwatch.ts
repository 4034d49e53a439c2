import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { needData } from '../need-data.ts';
import { readGzipCsv } from './read-gzip.ts';

/** A recorded series on a regular grid; a gap is `NaN`. */
export interface RecordedSeries {
  readonly id: string;
  readonly startedAt: number;
  readonly stepMs: number;
  readonly values: readonly number[];
}

const STEP_MS = 300_000;

/**
 * Reads the CloudWatch series of the Numenta Anomaly Benchmark that the folder has, on their grid of five minutes.
 *
 * @param data a folder with `series/nab-cloudwatch/*.csv.gz`, each of `timestamp,value`
 */
export async function readNabCloudwatch(data: string | undefined): Promise<readonly RecordedSeries[]> {
  const folder = needData(data, 'series/nab-cloudwatch');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.csv.gz')).sort();
  return Promise.all(files.map((file) => readOne(folder, file)));
}

async function readOne(folder: string, file: string): Promise<RecordedSeries> {
  const [, ...rows] = await readGzipCsv(join(folder, file));
  const points = rows.map(([at = '', value = '']) => ({
    at: Date.parse(`${at.replace(' ', 'T')}Z`),
    value: Number(value),
  }));
  const startedAt = points[0]?.at ?? 0;
  const length = Math.round(((points.at(-1)?.at ?? startedAt) - startedAt) / STEP_MS) + 1;
  const values = new Array<number>(length).fill(Number.NaN);
  for (const { at, value } of points) values[Math.round((at - startedAt) / STEP_MS)] = value;
  return { id: file.replace('.csv.gz', ''), startedAt, stepMs: STEP_MS, values };
}
