import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { lazyParts } from '../../infra/lazy-parts.ts';

const folder = mkdtempSync(join(tmpdir(), 'foreshard-lazy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bundles a caller of the part, whose loading can be seen from outside. */
async function bundled(name: string, part: string) {
  const path = join(folder, `${name}-part.ts`);
  writeFileSync(path, `globalThis.lazyPartsLoaded = '${name}';\n${part}`);
  const contents = `import { answer } from './${name}-part.ts'; export const ask = (question) => answer(question, 2);`;
  await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    plugins: [lazyParts([path])],
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    entryNames: name,
    outdir: join(folder, 'out'),
    logLevel: 'silent',
  });
  return import(join(folder, `out/${name}.mjs`)) as Promise<{ ask: (question: number) => Promise<number> }>;
}

const loaded = () => Reflect.get(globalThis, 'lazyPartsLoaded');

describe('lazyParts', () => {
  it('are loaded by the first call, which gets the answer of the part', async () => {
    const { ask } = await bundled('good', 'export async function answer(a: number, b: number) { return a * b; }');
    expect(loaded()).toBeUndefined();
    expect(await Promise.all([ask(3), ask(4)])).toEqual([6, 8]);
    expect(loaded()).toBe('good');
  });

  it('fail as the part fails', async () => {
    const { ask } = await bundled('bad', "export async function answer() { throw new Error('no answer'); }");
    await expect(ask(1)).rejects.toThrow('no answer');
  });

  it.each([
    'export async function answer() {}\nexport function other() {}',
    'export async function answer() {}\nexport const other = 1;',
    'export const answer = 1;',
    'export async function answer() {}\nexport * from "./good-part.ts";',
  ])('are refused with anything that a caller would not wait for: %s', async (part) => {
    await expect(bundled('refused', part)).rejects.toThrow('exports more than async functions');
  });
});
