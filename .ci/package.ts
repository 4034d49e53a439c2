/**
 * Makes the package that others install: `npm run -s package` packs it into this folder and prints its name;
 * `node .ci/package.ts FOLDER` makes the folder that would be packed, and packs nothing.
 *
 * JavaScript and declarations, file by file where the sources lie: Node takes types out of a project's own files, and
 * not of those in `node_modules`. What is no code (state machines, the schema of definitions) goes along as it is.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const AS_IT_IS = [
  'infra/*.asl.json',
  'events/workflow.schema.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
];
/** What has to be there only for those who use that part: the contract suites, the construct. */
const PEERS: Readonly<Record<string, readonly string[]>> = {
  suites: ['vitest', 'fast-check'],
  infra: ['aws-cdk-lib', 'constructs', 'esbuild', 'cdk-nag'],
};

const folder = process.argv[2];
const out = folder === undefined ? mkdtempSync(join(tmpdir(), 'foreshard-package-')) : resolve(folder);
mkdirSync(out, { recursive: true });

const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(ROOT, '.ci/tsconfig.package.json'), '--outDir', out], {
  stdio: 'inherit',
});
// tsc writes import specifiers anew; these are texts to it: `new URL('./worker-thread.ts', import.meta.url)`
for (const path of globSync('{lib,functions,infra,test}/**/*.js', { cwd: out })) {
  const text = readFileSync(join(out, path), 'utf8');
  const named = text.replace(/((?:\.{1,2}\/|lib\/|functions\/|infra\/)[\w./${}-]+)\.ts(?=['"`])/g, '$1.js');
  if (named !== text) writeFileSync(join(out, path), named);
}
for (const path of globSync(AS_IT_IS, { cwd: ROOT })) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  cpSync(join(ROOT, path), join(out, path));
}

const {
  private: _,
  scripts: _scripts,
  overrides: _overrides,
  devDependencies,
  ...manifest
} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const peers = Object.values(PEERS).flat();
const published = {
  ...manifest,
  exports: JSON.parse(JSON.stringify(manifest.exports).replaceAll('.ts"', '.js"')),
  bin: JSON.parse(JSON.stringify(manifest.bin).replaceAll('.ts"', '.js"')),
  peerDependencies: Object.fromEntries(peers.map((name) => [name, devDependencies[name]])),
  peerDependenciesMeta: Object.fromEntries(peers.map((name) => [name, { optional: true }])),
};
writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);

if (folder === undefined) {
  execFileSync('npm', ['pack', '--offline', '--silent', out], { stdio: 'inherit' });
  rmSync(out, { recursive: true });
}
