import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileMetrics, readMetrics } from '../../../lib/adapters/embedded/file-metrics.ts';
import type { EmfRecord } from '../../../lib/profile/emf.ts';

const record = (run: string, shard: string) =>
  ({ run, shard, _aws: { Timestamp: 1, CloudWatchMetrics: [] } }) as unknown as EmfRecord;

describe('file metrics', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'foreshard-metrics-')), 'metrics');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives back the records of one run in their order, whoever emitted them', async () => {
    const [one, other] = [fileMetrics(folder), fileMetrics(folder)];
    one.emit(record('run-1', 'a'));
    other.emit(record('run-1', 'b'));
    other.emit(record('run/2', 'c'));
    one.emit(record('run-1', 'd'));
    expect((await readMetrics(folder, 'run-1')).map(({ shard }) => shard)).toEqual(['a', 'b', 'd']);
    expect(await readMetrics(folder, 'run/2')).toEqual([record('run/2', 'c')]);
  });

  it('has nothing of a run that emitted nothing', async () => {
    expect(await readMetrics(folder, 'silent')).toEqual([]);
  });

  it('leaves out a line that was cut off', async () => {
    fileMetrics(folder).emit(record('run-3', 'a'));
    await appendFile(join(folder, 'run-3.ndjson'), '{"run":"run-3","sha');
    expect(await readMetrics(folder, 'run-3')).toEqual([record('run-3', 'a')]);
  });

  it('goes on behind a line that a crash cut off, though the next one stands in it', async () => {
    const metrics = fileMetrics(folder);
    metrics.emit(record('run-4', 'a'));
    await appendFile(join(folder, 'run-4.ndjson'), '{"run":"run-4","sha');
    metrics.emit(record('run-4', 'lost'));
    metrics.emit(record('run-4', 'b'));
    expect((await readMetrics(folder, 'run-4')).map(({ shard }) => shard)).toEqual(['a', 'b']);
    expect(await metrics.read([{ metric: 'durationMs', dimensions: {} }], { from: 0, until: 1, stepMs: 1 })).toEqual([
      [],
    ]);
  });
});
