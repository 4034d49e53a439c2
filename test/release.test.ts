import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..');
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function release(tag: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foreshard-release-'));
  folders.push(folder);
  await promisify(execFile)(join(ROOT, '.ci/release'), [folder, tag], { cwd: ROOT });
  return folder;
}

/** Sources without their history make no release. */
describe.skipIf(!existsSync(join(ROOT, '.git')))('.ci/release', { timeout: 120_000 }, () => {
  it('makes the sources, the package, all that they stand on, the notes, and checksums of them', async () => {
    const folder = await release(`v${manifest.version}`);
    const files = [
      `foreshard-${manifest.version}.tar.gz`,
      `foreshard-${manifest.version}-npm.tgz`,
      'foreshard.cdx.json',
      'NOTES.md',
      'SHA256SUMS',
    ];
    expect((await readdir(folder)).sort()).toEqual(files.sort());
    await promisify(execFile)('sha256sum', ['--check', 'SHA256SUMS'], { cwd: folder });
    const sbom = JSON.parse(await readFile(join(folder, 'foreshard.cdx.json'), 'utf8'));
    const parts = new Set(sbom.components.map(({ purl }: { purl: string }) => decodeURIComponent(purl)));
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect(parts).toContain(`pkg:npm/${name}@${version}`);
    expect(await readFile(join(folder, 'NOTES.md'), 'utf8')).toMatch(new RegExp(`^## ${manifest.version}\n`));
  });

  it('refuses a tag that is not the version', async () => {
    await expect(release('v0.0.1-nothing')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('make them agree'),
    });
  });
});

describe('.github', () => {
  it('runs what .ci/run runs, with actions of one version each', () => {
    const workflows = globSync('.github/workflows/*.yml', { cwd: ROOT }).map((path) =>
      readFileSync(join(ROOT, path), 'utf8'),
    );
    expect(workflows.length).toBeGreaterThan(1);
    const versions = new Map<string, Set<string>>();
    for (const text of workflows) {
      expect(text).toContain('run: .ci/run');
      for (const [, action = '', version = ''] of text.matchAll(/uses: ([\w/-]+)@(\S+)/g)) {
        versions.set(action, (versions.get(action) ?? new Set()).add(version));
      }
    }
    expect([...versions.values()].filter(({ size }) => size !== 1)).toEqual([]);
  });
});
