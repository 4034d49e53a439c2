import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunReport } from '../../lib/report/run-report.ts';
import { linesFile } from '../e2e/embedded.ts';
import { foreshard } from '../fixtures/foreshard-process.ts';

const TASKS = join(import.meta.dirname, '../fixtures/tasks.ts');
const COUNT = 400;
const TOTAL = { sum: (COUNT * (COUNT - 1)) / 2, count: COUNT };
const FULL_MS = 6_000;
/** Of the slow operation, in two slots. */
const WORK_MS = (COUNT * 10) / 2;

describe('foreshard run --chaos', { timeout: 120_000 }, () => {
  let home: string;
  let file: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'foreshard-chaos-'));
    file = join(home, 'slow.workflow.json');
    const input = { kind: 'ndjson', location: await linesFile(home, COUNT) };
    const operations = [
      { id: 'slow', task: 'dawdle', params: { msPerRecord: 10 }, input, estimates: { cpuSeconds: 4 } },
      { id: 'total', task: 'total', after: [{ operation: 'slow', edge: 'wide' }], divisible: false },
    ];
    await writeFile(
      file,
      JSON.stringify({ version: 1, name: 'slow', deadline: '5m', objective: 'latency', operations }),
    );
  });

  afterEach(() => rm(home, { recursive: true }));

  async function run(faults: string) {
    const args = ['run', file, '--home', home, '--tasks', TASKS, '--slots', '2', '--json', '--chaos', faults];
    const { code, out, err } = await foreshard(args);
    if (code !== 0) return { code, out, err, records: [] };
    const { outputs } = RunReport.parse(JSON.parse(out));
    const locations = outputs.find(({ operation }) => operation === 'total')?.locations ?? [];
    const texts = await Promise.all(locations.map((one) => readFile(join(home, 'objects', 'run', one), 'utf8')));
    return { code, out, err, records: texts.map((text) => JSON.parse(text)) };
  }

  // the first four chances of this seed are below a third: whoever works then is killed
  it('kills workers, takes a zone away and loses requests, and the result is what it would have been', async () => {
    const { code, err, records } = await run('seed=667,kill=1/3@1s,zone=local-b@1500ms+1s,delay=5%@10ms,drop=2%');
    expect({ code, records }).toEqual({ code: 0, records: [TOTAL] });
    expect(err).toMatch(/^chaos with seed 667$/m);
    expect(err).toMatch(/^chaos with seed 667 killed [1-9]\d* workers .*; [1-9]\d* attempts were lost with /m);
  });

  it('fills the disk, and the run goes on once there is room', async () => {
    const startedAt = performance.now();
    const { code, records } = await run(`seed=5,disk=0s+${FULL_MS}ms`);
    expect({ code, records }).toEqual({ code: 0, records: [TOTAL] });
    expect(performance.now() - startedAt).toBeGreaterThan(FULL_MS + WORK_MS);
  });

  it.each([
    ['corrupt=slow', false],
    ['truncate=slow/0', true],
  ])('damages outputs with %s (replicas: %s), and none of it is passed on', async (faults, replicate) => {
    const workflow = JSON.parse(await readFile(file, 'utf8'));
    workflow.operations[0] = { ...workflow.operations[0], params: { msPerRecord: 1 }, replicate };
    await writeFile(file, JSON.stringify(workflow));
    const { code, records } = await run(`seed=5,${faults}`);
    expect({ code, records }).toEqual({ code: 0, records: [TOTAL] });
    const [first = ''] = await outputsOf('objects');
    const kept = new TextDecoder().decode(await readFile(join(home, 'objects', first)));
    // whole lines again: what was damaged has been restored where it lay
    for (const line of kept.trimEnd().split('\n')) expect(JSON.parse(line).value).toBeLessThan(COUNT);
    expect(kept.endsWith('}\n')).toBe(true);
    const replicas = await outputsOf('replicas');
    expect(replicas.includes(first)).toBe(replicate);
  });

  /** Outputs of the slow operation in a store, by their paths in it. */
  async function outputsOf(store: string): Promise<readonly string[]> {
    const names = await readdir(join(home, store), { recursive: true }).catch(() => []);
    return names.filter((name) => /outputs\/slow\/0\/1$/.test(name));
  }

  it.each([
    ['kil=1/2@1s', "error: --chaos has 'kil=1/2@1s': did you mean 'kill'; give one or more of "],
    ['zone=mars@1s+1s', "error: --chaos takes zone 'mars' away, which there is not; the zones are local-a, local-b\n"],
  ])('refuses %s in one line', async (faults, line) => {
    const { code, err } = await run(faults);
    expect(err.startsWith(line)).toBe(true);
    expect(err.split('\n')).toHaveLength(2);
    expect(code).toBe(2);
  });
});
