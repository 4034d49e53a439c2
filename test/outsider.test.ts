import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Plan } from '../lib/plan/plan.ts';
import { RunReport } from '../lib/report/run-report.ts';
import { RunDefinition } from '../lib/run/run-definition.ts';
import { fences, shell, writeFiles } from './fixtures/doc-blocks.ts';
import { type OwnProject, ownProject } from './fixtures/own-project.ts';

const ROOT = join(import.meta.dirname, '..');
const COUNT = 50_000;
/** Says on standard error what the provider was asked for. */
const LOUD_CONFIG = `
import * as config from './foreshard.config.ts';
export const { tasks, sources, models, priority } = config;
export const provider = {
  name: 'loud',
  open(place) {
    const functions = config.provider.open(place);
    const pools = new Set(place.pools.map(({ functionName }) => functionName));
    return {
      ...functions,
      invoke(name, ...rest) {
        if (pools.has(name)) process.stderr.write('own thread asked\\n');
        return functions.invoke(name, ...rest);
      },
    };
  },
};
`;

/** The blocks of the guide; the first commands install the package. */
const GUIDE = fences(readFileSync(join(ROOT, 'docs/your-own-workflow.md'), 'utf8'));
const [install = '', ...commands] = GUIDE.filter(({ language }) => language === 'sh').map(({ text }) => text);

/** Somebody who follows docs/your-own-workflow.md and docs/extending.md: a folder of their own, and no checkout. */
describe('a project that has installed the package', { timeout: 120_000 }, () => {
  let own: OwnProject;
  const inProject = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [...args], {
      cwd: own.folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    });
  const foreshard = (...args: readonly string[]) => inProject('node_modules/foreshard/lib/cli/foreshard.js', ...args);

  beforeAll(async () => {
    own = await ownProject(install);
    if (!own.installedByNpm) console.warn('neither cache nor network for npm install: dependencies are linked');
  }, 240_000);

  afterAll(() => rm(own.parent, { recursive: true }));

  it('gets what the guide says when its files are written and its commands are run', async () => {
    await writeFiles(GUIDE, own.folder);
    const printed = GUIDE.filter(({ language }) => language === 'output').map(({ text }) => text);
    expect(printed.length).toBeGreaterThan(2);
    const { out, err, code } = await shell(commands.join(''), own.folder, { npm_config_loglevel: 'error' });
    expect({ out, code }, err).toEqual({ out: printed.join(''), code: 0 });
  });

  it('runs the contract suites over its own extensions', async () => {
    await cp(join(ROOT, 'examples/extending'), own.folder, { recursive: true });
    await inProject('node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--outputFile=results.json');
    const results = JSON.parse(await readFile(join(own.folder, 'results.json'), 'utf8'));
    const { success, numPassedTests, numPendingTests } = results;
    expect({ success, numPendingTests }).toEqual({ success: true, numPendingTests: 0 });
    expect(numPassedTests).toBeGreaterThan(25);
  });

  it('runs a workflow with its own task and data source, in its own order, on its own workers', async () => {
    await writeFile(join(own.folder, 'loud.config.ts'), LOUD_CONFIG);
    const numbers = Int32Array.from({ length: COUNT }, (_, at) => at);
    await writeFile(join(own.folder, 'numbers.bin'), new Uint8Array(numbers.buffer));
    const args = ['numbers.workflow.json', '--tasks', 'loud.config.ts', '--run', 'mine', '--json'];
    const { stdout, stderr } = await foreshard('run', ...args);
    const report = RunReport.parse(JSON.parse(stdout));
    const store = join(own.folder, '.foreshard/objects/run');
    const result = await readFile(join(store, report.outputs[0]?.locations[0] ?? ''), 'utf8');
    expect(Number(result)).toBe((COUNT * (COUNT - 1)) / 2);
    expect(stderr).toContain('own thread asked');
    const documentOf = async (name: string) =>
      JSON.parse(await readFile(join(store, `runs/mine/${name}.json`), 'utf8'));
    const { startedAt } = RunDefinition.parse(await documentOf('definition'));
    const ranks = Plan.parse(await documentOf('plan')).placements.map(({ rank }) => Number.parseInt(rank, 10) - 1e13);
    expect(ranks.length).toBeGreaterThan(0);
    // Foreshard's own order would have moments near the deadline, two minutes after the start
    expect(ranks.filter((key) => key >= startedAt)).toEqual([]);
  });

  it('is told which sources there are when it names another', async () => {
    const text = await readFile(join(own.folder, 'numbers.workflow.json'), 'utf8');
    await writeFile(join(own.folder, 'wrong.workflow.json'), text.replace('fixed-width', 'fixed-widht'));
    await expect(foreshard('plan', 'wrong.workflow.json', '--tasks', 'foreshard.config.ts')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("did you mean 'fixed-width'?"),
    });
  });
});
