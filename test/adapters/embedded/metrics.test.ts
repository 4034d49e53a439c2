import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileMetrics } from '../../../lib/adapters/embedded/file-metrics.ts';
import { metricsContract } from '../../contracts/metrics-contract.ts';

metricsContract('files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'foreshard-metrics-'));
  const metrics = fileMetrics(folder);
  return {
    metrics,
    emitAll: async (records) => {
      for (const record of records) metrics.emit(record);
    },
    close: () => rm(folder, { recursive: true }),
  };
});
