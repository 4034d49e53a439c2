import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
  let slow: object;
  let workflow: object;
  const call = (...args: readonly string[]) => foreshard([...args, '--home', home, '--tasks', TASKS]);

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'foreshard-processes-'));
    file = join(home, 'slow.workflow.json');
    const input = { kind: 'ndjson', location: await linesFile(home, COUNT) };
    slow = {
      id: 'slow',
      task: 'dawdle',
      params: { msPerRecord: MS_PER_RECORD },
      input,
      estimates: { cpuSeconds: 6.4 },
    };
    const operations = [
      slow,
      { id: 'total', task: 'total', after: [{ operation: 'slow', edge: 'wide' }], divisible: false },
    ];
    workflow = { version: 1, name: 'slow', deadline: '5m', objective: 'latency', operations };
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

  it('refuse a name under which nothing is left to do, or another definition began', async () => {
    const again = await call('resume', 'cut-off');
    expect(again.code).toBe(EXIT_CODES.badInput);
    expect(again.err).toMatch(/^error: run 'cut-off' has ended \(met\), nothing of it is left to do; .*\n$/);
    const same = await call('run', file, '--run', 'cut-off');
    expect({ code: same.code, err: same.err }).toEqual({ code: EXIT_CODES.badInput, err: again.err });
  });

  it('set a shard aside with the place of its error, and try it again when its task is mended', async () => {
    const choking = join(home, 'choking.workflow.json');
    const after = [{ operation: 'choke', edge: 'wide' }];
    const operations = [
      { ...slow, id: 'choke', task: 'choke', params: { on: 7 } },
      { id: 'total', task: 'total', after, divisible: false },
    ];
    await writeFile(choking, JSON.stringify({ ...workflow, name: 'choking', operations }));
    const failed = await call('run', choking, '--run', 'choked');
    expect(failed.code).toBe(EXIT_CODES.incomplete);
    expect(failed.out).toMatch(
      /^poisoned .*: cannot bear 7 \(at \/.*tasks\.ts:\d+:\d+, while it had a block of 'file:.*'\)$/m,
    );
    expect(failed.out).toContain('foreshard resume choked');
    const other = await call('run', file, '--run', 'choked');
    expect(other.code).toBe(EXIT_CODES.badInput);
    expect(other.err).toMatch(/^error: run 'choked' began with another definition; /);
    const mended = join(home, 'mended.ts');
    const text = `import { tasks as all } from '${TASKS}';
const pass = all.find(({ name }) => name === 'pass');
export const tasks = [...all.filter(({ name }) => name !== 'choke'), { ...pass, name: 'choke' }];`;
    await writeFile(mended, text);
    const { code, out } = await foreshard(['resume', 'choked', '--json', '--home', home, '--tasks', mended]);
    expect(code).toBe(EXIT_CODES.ok);
    const { outcome, poisoned, outputs } = RunReport.parse(JSON.parse(out));
    expect({ outcome, poisoned }).toEqual({ outcome: 'met', poisoned: [] });
    const result = await readFile(join(home, 'objects', 'run', outputs[0]?.locations[0] ?? ''), 'utf8');
    expect(JSON.parse(result)).toEqual(TOTAL);
  });

  it('leave nothing of a run that is refused before it starts', async () => {
    const nowhere = join(home, 'nowhere.workflow.json');
    const operations = [{ ...slow, input: { kind: 'ndjson', location: 'file:/nowhere.ndjson' } }];
    await writeFile(nowhere, JSON.stringify({ ...workflow, operations }));
    const refused = await call('run', nowhere, '--run', 'refused');
    expect(refused.code).toBe(EXIT_CODES.badInput);
    expect(refused.err).toMatch(/^error: nothing lies at 'file:\/nowhere\.ndjson'; /);
    const { out } = await call('status', '--json');
    expect(JSON.parse(out).runs.map(({ run }: { run: string }) => run)).not.toContain('refused');
  });

  it('name what is wrong with a module of tasks, and what to do', async () => {
    const folder = join(home, 'no-module');
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
    await writeFile(join(folder, 'tasks.ts'), "import 'node:fs';\nexport const tasks = [];\n");
    await writeFile(join(folder, 'enum.mts'), '\n\nenum Colour { red }\nexport const tasks = [];\n');
    const run = (tasks: string) => foreshard(['run', file, '--home', home, '--tasks', join(folder, tasks)]);
    for (const [tasks, line] of [
      ['tasks.ts', /^error: .* outside a module; .* npm pkg set type=module, or call the file \.mts$/m],
      ['enum.mts', /^error: .*enum is not supported.* at \/.*enum\.mts:3; mend it there$/m],
      ['none.ts', /^error: .*Cannot find module '.*none\.ts'; check the path behind --tasks .*$/m],
    ] as const) {
      const { code, err } = await run(tasks);
      expect(err).toMatch(line);
      expect(code).toBe(EXIT_CODES.badInput);
    }
  });

  it('tell of runs that are over, of their types and of the zones', async () => {
    const status = await call('status', '--json');
    expect(JSON.parse(status.out).runs).toMatchObject([
      { run: 'choked', state: 'met' },
      { run: 'cut-off', state: 'met' },
    ]);
    const types = await call('profile');
    expect(types.out).toMatch(/^choke@1 +\d+ +3$/m);
    expect(types.out).toMatch(/^dawdle@1 +\d+ +\d+$/m);
    for (const asked of ['dawdle@1', 'dawdle']) {
      const profile = await call('profile', asked);
      expect({ code: profile.code, err: profile.err }).toEqual({ code: EXIT_CODES.ok, err: '' });
      expect(profile.out).toMatch(/^dawdle@1/);
    }
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
