import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const FIXTURES = resolve('test/fixtures/bench/run.ts');

describe('bench/run.ts', () => {
  it('lists every bench without a name', () => {
    const { stdout, status } = runBench([]);
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      'name    needs                        takes',
      '------  ---------------------------  -----',
      'late    --data with series/late.csv  0 s',
      'steady  nothing                      0 s',
    ]);
    expect(JSON.parse(runBench(['--json']).stdout).benches).toHaveLength(2);
  });

  it('prints what was measured, and with --json ends with it in one line', () => {
    const { stdout, status } = runBench(['steady', '--json', '--data', 'somewhere']);
    expect(status).toBe(0);
    expect(stdout).toContain('somewhere');
    expect(stdout).toMatch(/wallMs +12 +at most 12 +yes/);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
      bench: 'steady',
      figures: { wallMs: 12, share: 0.5, seriesCount: 3 },
      targets: { wallMs: { atMost: 12 }, share: { atLeast: 0.5, atMost: 1 } },
      ok: true,
    });
  });

  it('takes the data folder from the environment, and the option before it', () => {
    const environment = { FORESHARD_DATA: 'from-environment' };
    expect(runBench(['steady'], environment).stdout).toContain('from-environment');
    expect(runBench(['steady', '--data', 'from-option'], environment).stdout).toContain('from-option');
  });

  it('says which data are missing, and where it looked', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-data-'));
    const nowhere = runBench(['late']);
    expect(nowhere).toMatchObject({ status: 2, stdout: '' });
    expect(nowhere.stderr).toContain("'series/late.csv'; point --data or FORESHARD_DATA");
    expect(runBench(['late', '--data', folder])).toMatchObject({ status: 2, stderr: expect.stringContaining(folder) });
    mkdirSync(join(folder, 'series'));
    writeFileSync(join(folder, 'series', 'late.csv'), '');
    const measured = runBench(['late', '--data', folder, '--json']);
    expect(measured.status).toBe(0);
    expect(JSON.parse(measured.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ ok: false });
  });

  it('offers the nearest names for one that does not exist', () => {
    expect(runBench(['staedy'])).toMatchObject({
      status: 2,
      stderr: "there is no bench 'staedy'; did you mean steady?\n",
    });
    expect(runBench(['../run'])).toMatchObject({ status: 2, stderr: expect.stringContaining('without a name') });
  });

  it('refuses what it does not know, and explains itself', () => {
    expect(runBench(['steady', '--fast'])).toMatchObject({ status: 2, stderr: expect.stringContaining("'--fast'") });
    expect(runBench(['steady', 'late'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('steady and late'),
    });
    expect(runBench(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('FORESHARD_DATA') });
  });
});

function runBench(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, FORESHARD_DATA: '', ...environment };
  return spawnSync(process.execPath, [FIXTURES, ...args], { encoding: 'utf8', env });
}
