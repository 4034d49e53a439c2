import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../../lib/cli/cli-context.ts';
import { commands } from '../../lib/cli/commands.ts';
import { EXIT_CODES, EXIT_CODES_HELP } from '../../lib/cli/exit-code.ts';
import { runCommandLine } from '../../lib/cli/run-command-line.ts';
import { foreshard, storeReport } from '../fixtures/foreshard-process.ts';
import { runReport } from '../fixtures/run-report.ts';

/** A recorded workflow that comes with the project. */
const INSTANCE = join(import.meta.dirname, '../../events/genome.wf.json');

/** Handlers log to standard output, where a command's answer stands; foreshard.ts sets this too. */
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

let folder: string;
let home: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foreshard-cli-'));
  home = join(folder, 'home');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file with a workflow of one operation that replays a little work. */
async function workflowFile(name: string, deadline: string): Promise<string> {
  const file = join(folder, `${name}.json`);
  const replay = {
    id: 'work',
    task: 'replay',
    input: { kind: 'keys', from: 0, to: 64 },
    params: { cpuMs: 100, per: 'record' },
    estimates: { cpuSeconds: 6.4, records: 64 },
  };
  await writeFile(file, JSON.stringify({ version: 1, name, deadline, operations: [replay] }));
  return file;
}

/** What the program wrote, run inside this process. */
async function here(args: readonly string[]) {
  const written = { out: '', err: '', code: 0 };
  const context: CliContext = {
    out: { write: (text) => (written.out += text) },
    err: { write: (text) => (written.err += text) },
    environment: {},
    exit: (code) => {
      written.code = code;
    },
  };
  await runCommandLine(args, context);
  return written;
}

describe('help', () => {
  it('lists every command and every exit code', async () => {
    const { code, out, err } = await foreshard(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const exitCode of Object.values(EXIT_CODES)) expect(out).toMatch(new RegExp(`^  ${exitCode} +\\w`, 'm'));
    expect(out).toContain(EXIT_CODES_HELP);
    const { out: without } = await here([]);
    expect(out.startsWith(without)).toBe(true);
  });

  it('has an example for every command, and says what --json does where there is one', async () => {
    const names = commands.map((command) => command({} as CliContext).name());
    for (const name of names) {
      const { out, code } = await here([name, '--help']);
      expect({ name, code }).toEqual({ name, code: 0 });
      expect(out).toMatch(new RegExp(`Examples?:\\n  foreshard ${name}`));
      if (name !== 'completion') expect(out).toContain('--json');
    }
  });
});

describe('a pipe', () => {
  it('that closes early is no failure', async () => {
    const program = join(import.meta.dirname, '../../lib/cli/foreshard.ts');
    const command = `"$0" "$1" plan --help | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command, process.execPath, program]);
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
  });
});

describe('bad usage', () => {
  it.each([
    [['bogus'], /^error: unknown command 'bogus'; see --help\n$/],
    [['repot'], /^error: unknown command 'repot' \(Did you mean report\?\); see --help\n$/],
    [['report', '--jsn'], /^error: unknown option '--jsn' \(Did you mean --json\?\); see --help\n$/],
    [['plan'], /^error: missing required argument 'workflow'; see --help\n$/],
    [['plan', 'nowhere.json'], /^error: 'nowhere.json': there is no such file; check the path\n$/],
    [['import', INSTANCE, '--scale', '0'], /^error: scale is 0; allowed: any number above 0/],
    [
      ['drain', 'mars', '--home', join(tmpdir(), 'foreshard-cli-none')],
      /^error: there is no zone 'mars'; the zones are /,
    ],
    [
      ['drain', 'local-a', '--for', '2026-12-01T06:00:00Z'],
      /^error: --for is '2026-12-01T06:00:00Z'; allowed: a duration above zero with its unit \(500ms, 90s, /,
    ],
    [['tasks', '--tasks', './nowhere.ts'], /^error: task code '.\/nowhere.ts' cannot be loaded: /],
    [['completion', 'tcsh'], /^error: .*Allowed choices are bash, zsh, fish; see --help\n$/],
  ])('answers %j in one line', async (args, line) => {
    const { code, out, err } = await here(args);
    expect(err).toMatch(line);
    expect(err.split('\n')).toHaveLength(2);
    expect({ code, out }).toEqual({ code: EXIT_CODES.badInput, out: '' });
  });

  it('that is several problems is a line for each', async () => {
    const text = (await readFile(await workflowFile('small', '10m'), 'utf8'))
      .replace('"10m"', '10')
      .replace('"input"', '"inptu"');
    const file = join(folder, 'two-problems.json');
    await writeFile(file, text);
    const { code, err } = await here(['plan', file]);
    expect(code).toBe(EXIT_CODES.badInput);
    expect(err).toMatch(
      /^error: the workflow has \d problems:\n- deadline is 10; allowed: a deadline is a duration .*\n- operations.*\n/,
    );
  });

  it('of any command is one line that names what is wrong, and exit code 2', async () => {
    for (const name of commands.map((command) => command({} as CliContext).name())) {
      const { code, out, err } = await here([name, '--nonsense']);
      expect(err).toMatch(/^error: .*; see --help\n$/);
      expect({ code, out }).toEqual({ code: EXIT_CODES.badInput, out: '' });
    }
  });

  it('is one line and exit code 2 for the shell too, and a JSON document with --json', async () => {
    const { code, out, err } = await foreshard(['profile', 'nothing@1', '--home', home, '--json']);
    expect(code).toBe(2);
    expect(err).toBe("error: nothing is known of 'nothing@1'; nothing has run yet\n");
    expect(JSON.parse(out)).toEqual({
      error: { name: 'InvalidInput', message: "nothing is known of 'nothing@1'; nothing has run yet" },
    });
  });

  it('shows the stack only when it is asked for', async () => {
    const { err } = await here(['plan', 'nowhere.json', '--verbose']);
    expect(err).toMatch(/\n {4}at /);
  });
});

describe('an option that the environment sets to nothing', () => {
  it('is not set', async () => {
    const { code, out, err } = await foreshard(['tasks'], { FORESHARD_TASKS: '' });
    expect({ code, err }).toEqual({ code: EXIT_CODES.ok, err: '' });
    expect(out).toContain('flights-clean');
  });
});

describe('plan', () => {
  it('explains shards, critical path, slots, chance and cost, and leaves nothing behind', async () => {
    const { code, out, err } = await foreshard(['plan', await workflowFile('small', '10m'), '--home', home]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^small: expected to end after .* of 10 min 00 s allowed, chance \d+.* %, \$[\d.]+ on AWS$/m);
    expect(out).toMatch(/^work +\d+ +\d+ +[\d.]+ s .* 1,769 MiB {2}estimates alone +critical$/m);
    for (const name of ['critical path', 'shards', 'gap', 'tiers', 'slots', 'what if'])
      expect(out).toMatch(new RegExp(`^${name} `, 'm'));
    expect(out).toMatch(/^shards +\d+ for the objective 'deadline' .*; proven: .* cannot be met with fewer than \d+$/m);
    expect(out).toMatch(/ the plan above$/m);
    expect(out).toMatch(/^gap +no order of these shards ends before .*; this plan is \d+\.\d % above that$/m);
    expect(out).toMatch(/^tiers +replay@1: needs up to .* MiB is the cheapest that holds it, \$/m);
    expect(await readdir(folder)).not.toContain('home');
  });

  it('shows what a later end saves: each plan of the curve is slower and cheaper than the one before', async () => {
    const { out } = await here(['plan', await workflowFile('curve', '10m'), '--home', home, '--json']);
    const { tradeOff, leastMs, plan } = JSON.parse(out);
    expect(tradeOff.length).toBeGreaterThan(1);
    for (const [index, { expectedMs, costUsd }] of tradeOff.slice(1).entries()) {
      expect(expectedMs).toBeGreaterThan(tradeOff[index].expectedMs);
      expect(costUsd).toBeLessThan(tradeOff[index].costUsd);
    }
    expect(leastMs).toBeLessThanOrEqual(plan.expectedEndAt - plan.madeAt);
    expect(leastMs).toBeGreaterThan(0);
  });

  it('gives all of it as one JSON document', async () => {
    const { out } = await here(['plan', await workflowFile('small', '10m'), '--home', home, '--json']);
    const { sharding, plan, alternatives } = JSON.parse(out);
    expect(plan.placements).toHaveLength(sharding.shards.length);
    expect(alternatives).toHaveLength(3);
  });

  it('answers a deadline that nothing can meet with the earliest one, and exit code 3', async () => {
    const { code, err } = await here(['plan', await workflowFile('hopeless', '1ms'), '--home', home]);
    expect(code).toBe(EXIT_CODES.deadlineMissed);
    expect(err).toMatch(/^error: .*earliest/);
  });
});

describe('simulate', () => {
  it('says when a plan would end under each controller, and the same again for the same seed', async () => {
    const args = ['simulate', await workflowFile('tried', '1m'), '--home', home, '--runs', '50', '--slots', '4'];
    const { code, out, err } = await foreshard(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const name of ['foreshard', 'patent', 'target-tracking', 'keda', 'static'])
      expect(out).toMatch(new RegExp(`^${name} +[\\d.]+ .*s +[\\d.]+ .*%.* to .*%`, 'm'));
    expect(await readdir(folder)).not.toContain('home');
    const [first, again, other] = await Promise.all(
      [args, args, [...args, '--seed', '2']].map(async (asked) => (await here([...asked, '--json'])).out),
    );
    expect(again).toBe(first);
    expect(JSON.parse(other ?? '').simulated).not.toEqual(JSON.parse(first ?? '').simulated);
  });

  it('makes a run later and dearer with stragglers and a lost zone, and names what it does not know', async () => {
    const args = ['simulate', await workflowFile('tried', '1m'), '--home', home, '--runs', '50', '--json'];
    const own = async (...more: readonly string[]) =>
      JSON.parse((await here([...args, '--controllers', 'foreshard', ...more])).out).simulated[0];
    const [calm, slow, lost] = [await own(), await own('--stragglers', '0.3'), await own('--lose-zone-at', '0.3')];
    expect(slow.medianMs).toBeGreaterThan(calm.medianMs);
    expect(slow.costUsd).toBeGreaterThan(calm.costUsd);
    expect(lost.lostCount).toBeGreaterThan(0);
    expect(lost.medianMs).toBeGreaterThan(calm.medianMs);
    const { code, err } = await here([...args, '--controllers', 'magic']);
    expect(code).toBe(EXIT_CODES.badInput);
    expect(err).toMatch(/^error: .*controllers.*\n$/);
  });
});

describe('report', () => {
  const report = runReport();

  beforeAll(() => storeReport(join(folder, 'reported'), report));

  it('shows the last run as a table, writes its page, and ends as the run did', async () => {
    const page = join(folder, 'page.html');
    const { code, out, err } = await foreshard(['report', '--home', join(folder, 'reported'), '-o', page]);
    expect({ code, err }).toEqual({ code: EXIT_CODES.incomplete, err: '' });
    expect(out).toMatch(/^clean +48 /m);
    expect(out).toContain(page);
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it('gives the report itself as JSON', async () => {
    const { out } = await here(['report', report.run, '--home', join(folder, 'reported'), '--json']);
    expect(JSON.parse(out)).toEqual(report);
  });

  it('names the runs that there are', async () => {
    const { code, err } = await here(['report', 'other', '--home', join(folder, 'reported')]);
    expect(code).toBe(EXIT_CODES.badInput);
    expect(err).toContain(
      `no run 'other' has a report in '${join(folder, 'reported')}'; the last ones are ${report.run}`,
    );
  });

  it('has colours when they are wanted alone', async () => {
    const args = ['report', '--home', join(folder, 'reported')];
    const coloured = await foreshard(args, { FORCE_COLOR: '1' });
    const plain = await foreshard(args, { FORCE_COLOR: '1', NO_COLOR: '1' });
    expect(coloured.out).toContain('\u001b[');
    expect(plain.out).not.toContain('\u001b');
  });
});

describe('import', () => {
  it('writes a definition that plan accepts', async () => {
    const file = join(folder, 'genome.json');
    const { code, out } = await foreshard(['import', INSTANCE, '--scale', '0.01', '--deadline', '5m', '-o', file]);
    expect(code).toBe(0);
    expect(out).toContain(`run it with foreshard run ${file}`);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, deadline: '5m' });
    expect(await here(['plan', file, '--home', home, '--no-what-if'])).toMatchObject({ code: 0, err: '' });
  });
});

describe('tasks, doctor, completion', () => {
  it('lists task code with its parameters', async () => {
    const { code, out } = await foreshard(['tasks', '--json']);
    expect(code).toBe(0);
    const replay = JSON.parse(out).find(({ name }: { name: string }) => name === 'replay');
    expect(Object.keys(replay.params.properties)).toContain('cpuMs');
  });

  it('looks at the machine and leaves nothing behind', async () => {
    const { out, err } = await foreshard(['doctor', '--json', '--home', home]);
    const { fit, findings } = JSON.parse(out);
    expect({ fit, err }).toEqual({ fit: true, err: '' });
    expect(findings.map(({ check }: { check: string }) => check)).toContain('disk');
    expect(await readdir(folder)).not.toContain('home');
  });

  it('completes a command and an option in bash', async () => {
    const { out } = await here(['completion', 'bash']);
    const script = `${out}\nCOMP_WORDS=(foreshard report --o); COMP_CWORD=2; _foreshard; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(foreshard undr); COMP_CWORD=1; _foreshard; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    expect(stdout).toBe('--output --open\nundrain\n');
  });
});

describe('drain and undrain', () => {
  it('is seen by the next plan, until it is undone', async () => {
    const place = ['--home', join(folder, 'drained')];
    const file = await workflowFile('small', '10m');
    const zones = async () => {
      const { out } = await here(['plan', file, ...place, '--json', '--no-what-if']);
      const { plan, pools } = JSON.parse(out);
      return pools.filter(({ state }: { state: string }) => state === 'drained').length > 0 && plan.grants.length > 0;
    };
    expect(await here(['drain', 'local-b', '--for', '1h', ...place])).toMatchObject({ code: 0, err: '' });
    expect(await zones()).toBe(true);
    expect(await here(['undrain', 'local-b', ...place])).toMatchObject({ code: 0, err: '' });
    expect(await zones()).toBe(false);
  });
});
