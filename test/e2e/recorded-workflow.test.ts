import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWfFormat } from '../../lib/workflow/read-wf-format.ts';
import { type Embedded, embedded } from './embedded.ts';

const DATA = process.env.FORESHARD_DATA;

describe('a recorded scientific workflow', { timeout: 300_000 }, () => {
  let system: Embedded;

  beforeAll(async () => {
    system = await embedded();
  });

  afterAll(() => system[Symbol.asyncDispose]());

  it('is replayed from its definition, all commits in', async () => {
    const file = join(import.meta.dirname, '../../events/genome.workflow.json');
    const report = await system.run('genome', JSON.parse(await readFile(file, 'utf8')));
    expect(report.outcome).toBe('met');
    expect(report.operations.every(({ shardCount, committedCount }) => shardCount === committedCount)).toBe(true);
    expect(report.attempts.filter(({ outcome }) => outcome === 'committed')).toHaveLength(
      report.operations.reduce((sum, { shardCount }) => sum + shardCount, 0),
    );
  });

  it.skipIf(DATA === undefined)('of 52 recorded tasks runs at a two hundredth (needs FORESHARD_DATA)', async () => {
    const file = join(DATA ?? '', 'workflows/1000genome-chameleon-2ch-100k-001.json.gz');
    const recorded: unknown = JSON.parse(gunzipSync(await readFile(file)).toString());
    const report = await system.run('recorded', readWfFormat(recorded, { scale: 1 / 200, deadline: '10m' }));
    expect(report.outcome).toBe('met');
    expect(report.operations.reduce((sum, { committedCount }) => sum + committedCount, 0)).toBe(
      report.operations.reduce((sum, { shardCount }) => sum + shardCount, 0),
    );
  });
});
