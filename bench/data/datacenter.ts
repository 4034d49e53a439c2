import { join } from 'node:path';
import { needData } from '../need-data.ts';
import type { RecordedSeries } from './nab-cloudwatch.ts';
import { readGzipCsv } from './read-gzip.ts';

const STEP_MS = 300_000;

/** Which columns of which file are series of use. */
const SOURCES = [
  { file: 'google2019_instance_usage_300s.csv.gz', columns: ['avg_cpu', 'avg_mem'] },
  { file: 'azure_v2_vm_300s.csv.gz', columns: ['cpu_usage', 'assigned_mem'] },
] as const;

/**
 * Reads the data-centre traces: CPU and memory of Google's cells in 2019 and of Azure's V2 trace, five minutes a row.
 *
 * @param data a folder with `series/datacenter/`
 */
export async function readDatacenter(data: string | undefined): Promise<readonly RecordedSeries[]> {
  const folder = needData(data, 'series/datacenter');
  const files = await Promise.all(
    SOURCES.map(async ({ file, columns }) => {
      const [header = [], ...rows] = await readGzipCsv(join(folder, file));
      return columns.map((column) => ({
        id: `${file.split('_')[0]} ${column}`,
        startedAt: 0,
        stepMs: STEP_MS,
        values: rows.map((row) => Number(row[header.indexOf(column)])),
      }));
    }),
  );
  return files.flat();
}
