import { appendFileSync, mkdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metrics } from '../../ports/metrics.ts';
import type { EmfRecord } from '../../profile/emf.ts';
import { bucketsOfRecords } from '../../profile/series/buckets-of-records.ts';
import type { SummaryEmf } from '../../profile/summary-emf.ts';

const ENDING = '.ndjson';

type EmfLine = EmfRecord | SummaryEmf;

/**
 * Collects each run's metrics in a file of their own, one line of EMF a record, as CloudWatch would find them in a log.
 * Any thread may append: a line is one write to a file opened for appending, which the system does not interleave. What
 * was emitted is there even when the thread is killed in the next moment.
 *
 * @param folder made when it is missing
 */
export function fileMetrics(folder: string): Metrics {
  mkdirSync(folder, { recursive: true });
  return {
    emit: (record) => appendFileSync(fileOf(folder, runOf(record)), `${JSON.stringify(record)}\n`),
    async read(series, window) {
      const files = (await readdir(folder)).filter((file) => file.endsWith(ENDING)).sort();
      const records: EmfLine[] = [];
      for (const file of files) records.push(...(await recordsIn(join(folder, file))));
      return series.map((one) => bucketsOfRecords(records, one, window));
    },
  };
}

/**
 * @returns the run's attempts in the order in which they were emitted, none for a run that has not emitted any; a line
 *   that a crash of the machine cut off is left out
 */
export async function readMetrics(folder: string, run: string): Promise<readonly EmfRecord[]> {
  const lines = await recordsIn(fileOf(folder, run));
  return lines.filter((line): line is EmfRecord => 'shard' in line);
}

/** What is of no run has a file of its own; no run is called so, because its name has no dot. */
function runOf(record: EmfLine): string {
  return typeof record.run === 'string' ? record.run : 'no.run';
}

async function recordsIn(path: string): Promise<readonly EmfLine[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap(lineOf);
}

/** What a crash of the machine cut off stands before the next line, and takes it along: a measurement is lost, not the run's. */
function lineOf(text: string): readonly EmfLine[] {
  try {
    return [JSON.parse(text) as EmfLine];
  } catch {
    return [];
  }
}

function fileOf(folder: string, run: string): string {
  return join(folder, `${encodeURIComponent(run)}${ENDING}`);
}
