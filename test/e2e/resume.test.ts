import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMetrics } from '../../lib/adapters/embedded/file-metrics.ts';
import { folderObjectStore } from '../../lib/adapters/embedded/folder-object-store.ts';
import { RunReport } from '../../lib/report/run-report.ts';
import { linesFile } from './embedded.ts';

const ROOT = join(import.meta.dirname, '../..');
const COUNT = 400;

describe('a run whose process was killed', { timeout: 180_000 }, () => {
  let folder: string;
  let workflow: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreshard-resume-'));
    workflow = join(folder, 'slow.workflow.json');
    const definition = {
      version: 1,
      name: 'slow',
      deadline: '10m',
      objective: 'latency',
      operations: [
        {
          id: 'slow',
          task: 'dawdle',
          params: { msPerRecord: 15 },
          input: { kind: 'ndjson', location: await linesFile(folder, COUNT) },
          estimates: { cpuSeconds: 6 },
        },
        { id: 'total', task: 'total', after: [{ operation: 'slow', edge: 'wide' }], divisible: false },
      ],
    };
    await writeFile(workflow, JSON.stringify(definition));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const start = (home: string, ...args: string[]): ChildProcess => {
    const tasks = join(import.meta.dirname, '../fixtures/tasks.ts');
    const line = ['lib/cli/foreshard.ts', 'run', workflow, '--home', home, '--tasks', tasks, '--json', ...args];
    return spawn(process.execPath, line, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  };

  it('goes on where it was, gives the same result, and commits no shard twice', async () => {
    const home = join(folder, 'home');
    const killed = start(home, '--run', 'slow-1');
    await untilCommitted(home, 'slow-1');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const before = await committedShards(home, 'slow-1');

    const resumed = start(home, '--resume', 'slow-1');
    const report = RunReport.parse(JSON.parse(await textOf(resumed)));

    expect(report.outcome).toBe('met');
    const committed = report.attempts.filter(({ outcome }) => outcome === 'committed').map(({ shard }) => shard);
    expect(new Set(committed).size).toBe(committed.length);
    expect(report.operations.map(({ shardCount, committedCount }) => committedCount - shardCount)).toEqual([0, 0]);
    const everCommitted = await committedShards(home, 'slow-1');
    expect(everCommitted.toSorted()).toEqual([...new Set(everCommitted)].toSorted());
    expect(everCommitted).toEqual(expect.arrayContaining([...before]));

    const objects = folderObjectStore({ root: join(home, 'objects') });
    const [location = ''] = report.outputs.find(({ operation }) => operation === 'total')?.locations ?? [];
    const text = new TextDecoder().decode(await objects.get(location));
    expect(JSON.parse(text)).toEqual({ sum: (COUNT * (COUNT - 1)) / 2, count: COUNT });
  });
});

/** Every commit that a worker has reported, also one that the table forgot. */
async function committedShards(home: string, run: string): Promise<readonly string[]> {
  const records = await readMetrics(join(home, 'metrics'), run);
  return records.filter(({ outcome }) => outcome === 'committed').map(({ shard }) => shard);
}

/** Until something is committed, and something is not: the middle of the run. */
async function untilCommitted(home: string, run: string): Promise<void> {
  for (const stopAt = Date.now() + 60_000; Date.now() < stopAt; ) {
    if ((await committedShards(home, run)).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`run '${run}' committed nothing in a minute`);
}

async function textOf(child: ChildProcess): Promise<string> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    err += String(chunk);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
  return out;
}
