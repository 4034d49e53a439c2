import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../../lib/cli/cli-context.ts';
import { commands } from '../../lib/cli/commands.ts';
import { EXIT_CODES } from '../../lib/cli/exit-code.ts';
import { inParallel } from '../../lib/core/in-parallel.ts';
import { RunReport } from '../../lib/report/run-report.ts';
import { linesFile } from '../e2e/embedded.ts';
import { foreshard } from '../fixtures/foreshard-process.ts';

const TASKS = join(import.meta.dirname, '../fixtures/tasks.ts');
const NAMES = commands.map((command) => command({} as CliContext).name());
const COUNT = 160;
/** Long enough that a busy machine does not miss the moment for Ctrl-C. */
const MS_PER_RECORD = 40;
const TOTAL = { sum: (COUNT * (COUNT - 1)) / 2, count: COUNT };

/** Every command once as a process, in the order in which a user comes to need them; each builds on the ones before. */
describe('the commands as processes', { timeout: 60_000 }, () => {
  let home: string;
  let file: string;
  const call = (...args: readonly string[]) => foreshard([...args, '--home', home, '--tasks', TASKS]);

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'foreshard-processes-'));
    file = join(home, 'slow.workflow.json');
    const input = { kind: 'ndjson', location: await linesFile(home, COUNT) };
    const operations = [
      { id: 'slow', task: 'dawdle', params: { msPerRecord: MS_PER_RECORD }, input, estimates: { cpuSeconds: 6.4 } },
      { id: 'total', task: 'total', after: [{ operation: 'slow', edge: 'wide' }], divisible: false },
    ];
    const workflow = { version: 1, name: 'slow', deadline: '5m', objective: 'latency', operations };
    await writeFile(file, JSON.stringify(workflow));
  });

  afterAll(() => rm(home, { recursive: true }));

  it('each show their help on standard output, and nothing else', async () => {
    const helps = await inParallel(NAMES, 2, (name) => foreshard([name, '--help']));
    for (const [index, { code, out, err }] of helps.entries()) {
      expect({ code, err }).toEqual({ code: EXIT_CODES.ok, err: '' });
      expect(out).toMatch(new RegExp(`^Usage: foreshard ${NAMES[index]} .*`));
      expect(out).toMatch(/^Options:$/m);
    }
  });

  it('stop a run by Ctrl-C, say how to go on, and do so without doing anything twice', async () => {
    const args = ['run', file, '--run', 'cut-off', '--home', home, '--tasks', TASKS, '--slots', '2'];
    // the first line of progress that shows a shard at work
    const stopped = await foreshard(args, {}, (child) => {
      child.stderr?.on('data', (text: Buffer) => /running/.test(String(text)) && child.kill('SIGINT'));
    });
    expect(stopped.code).toBe(EXIT_CODES.interrupted);
    expect(stopped.out).toBe('');
    expect(stopped.err.trimEnd().split('\n').at(-1)).toBe(
      'stopped; what was committed is kept: foreshard resume cut-off',
    );
    const open = await call('status', 'cut-off');
    expect(open.code).toBe(EXIT_CODES.ok);
    expect(open.out).toMatch(/^cut-off +open/m);
    expect(open.out).toContain('go on with foreshard resume');
    const { code, out } = await call('resume', 'cut-off', '--json');
    expect(code).toBe(EXIT_CODES.ok);
    const report = RunReport.parse(JSON.parse(out));
    expect(report.outcome).toBe('met');
    const location = report.outputs[0]?.locations[0] ?? '';
    expect(JSON.parse(await readFile(join(home, 'objects', 'run', location), 'utf8'))).toEqual(TOTAL);
  });

  it('tell of runs that are over, of their types and of the zones', async () => {
    const status = await call('status', '--json');
    expect(JSON.parse(status.out).runs).toMatchObject([{ run: 'cut-off', state: 'met' }]);
    const profile = await call('profile', 'dawdle@1');
    expect({ code: profile.code, err: profile.err }).toEqual({ code: EXIT_CODES.ok, err: '' });
    expect(profile.out).toMatch(/^dawdle@1/);
    const drained = await call('drain', 'local-b', '--for', '10m', '--json');
    expect(drained.code).toBe(EXIT_CODES.ok);
    expect(drained.out).toContain('local-b');
    const undrained = await call('undrain', 'local-b');
    expect({ code: undrained.code, err: undrained.err }).toEqual({ code: EXIT_CODES.ok, err: '' });
    expect(undrained.out).toContain('local-b');
  });

  it('print a script that each shell can read, with every command in it', async () => {
    const scripts = await inParallel(['bash', 'zsh', 'fish'], 2, (shell) => foreshard(['completion', shell]));
    for (const { code, out, err } of scripts) {
      expect({ code, err }).toEqual({ code: EXIT_CODES.ok, err: '' });
      for (const name of NAMES) expect(out).toContain(name);
    }
  });
});
