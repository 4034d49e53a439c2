import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ForeshardError } from '../lib/core/foreshard-error.ts';
import { RunReport } from '../lib/report/run-report.ts';
import type { Bench, BenchRow } from './bench.ts';

const PROGRAM = join(import.meta.dirname, '../lib/cli/foreshard.ts');
const WORKFLOW = join(import.meta.dirname, '../events/flights.workflow.json');

/** When the process is killed, as shares of the time that a whole run takes. */
const KILLED_AT_SHARES = [0.3, 0.6, 0.85];

interface Ended {
  readonly report: RunReport;
  readonly wallMs: number;
  readonly summary: string;
}

/** `kill -9` in mid-run, then `resume`: the same result to the byte, no shard committed twice, and what it costs. */
export const bench: Bench = {
  name: 'resume',
  needs: 'two idle processors',
  takes: '90 s',
  async run() {
    await using whole = await home();
    const unharmed = await finish(whole.path, ['run', WORKFLOW, '--run', 'whole']);
    const rows: BenchRow[] = [];
    for (const share of KILLED_AT_SHARES) {
      await using place = await home();
      await killAfter(start(place.path, ['run', WORKFLOW, '--run', 'killed']), unharmed.wallMs * share);
      const resumed = await finish(place.path, ['resume', 'killed']);
      rows.push({
        'killed after, share': share,
        'resumed wall, ms': Math.round(resumed.wallMs),
        'same result': resumed.summary === unharmed.summary ? 'yes' : 'no',
        'committed twice': committedTwice(resumed.report),
      });
    }
    return {
      figures: {
        wholeMs: unharmed.wallMs,
        sameResultShare: rows.filter((row) => row['same result'] === 'yes').length / rows.length,
        committedTwiceCount: rows.reduce((sum, row) => sum + Number(row['committed twice']), 0),
      },
      targets: { sameResultShare: { atLeast: 1 }, committedTwiceCount: { atMost: 0 } },
      table: rows,
    };
  },
};

async function home(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'foreshard-bench-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function start(homePath: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args, '--home', homePath, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function killAfter(child: ChildProcess, durationMs: number): Promise<void> {
  child.stdout?.resume();
  const exited = exitOf(child);
  await sleep(durationMs);
  child.kill('SIGKILL');
  await exited;
}

/** @throws {ForeshardError} `TaskFailed` when the run does not end as a whole */
async function finish(homePath: string, args: readonly string[]): Promise<Ended> {
  const startedAt = performance.now();
  const child = start(homePath, args);
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const code = await exitOf(child);
  const wallMs = performance.now() - startedAt;
  if (code !== 0) throw new ForeshardError('TaskFailed', `'foreshard ${args.join(' ')}' ended with exit code ${code}`);
  const report = RunReport.parse(JSON.parse(out));
  const summary = await readFile(join(homePath, 'objects', 'run', 'flights', 'summary.json'), 'utf8');
  return { report, wallMs, summary };
}

function exitOf(child: ChildProcess): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  return promise;
}

function committedTwice({ attempts }: RunReport): number {
  const committed = attempts.filter(({ outcome }) => outcome === 'committed').map(({ shard }) => shard);
  return committed.length - new Set(committed).size;
}
