import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleOptions } from '../../infra/bundle.ts';
import { namesBesideZod } from '../../infra/trim-zod.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'foreshard-zod-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Task code as a user might write it: a format and a method that nothing of ours calls. */
const CODE = `
  import * as z from 'zod';
  import { Settings } from './lib/core/settings.ts';
  import { Workflow } from './lib/workflow/definition.ts';
  const Params = z.strictObject({ to: z.string().email(), from: z.string()['ipv4'](), ...z.object({ a: z.int() }).partial().shape });
  const told = (schema, value) => schema.safeParse(value).error?.issues.map(({ path, message }) => [path.join('.'), message]);
  export const answers = [
    told(Params, { to: 'nobody', from: '300.1.1.1', a: 'x', b: 1 }),
    told(Settings, { slotMax: 0, level: 2, zones: [''], calendar: { timeZone: 'Nowhere', holidays: ['1.1.'] }, tier: 1 }),
    told(Workflow, { name: 'a b', operations: [{ id: 1 }], deadline: {} }),
  ];`;

/** Bundles the code, and gives its text, its names, and what it answers. */
async function bundled(name: string, called?: ReadonlySet<string>) {
  const stdin = { contents: CODE, resolveDir: ROOT, loader: 'ts' } as const;
  const { outputFiles, metafile } = await build({
    ...bundleOptions(called),
    stdin,
    outdir: folder,
    write: false,
    metafile: true,
  });
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, outputFiles[0]?.text ?? '');
  const names = namesBesideZod(metafile, (path) =>
    path === '<stdin>' ? CODE : readFileSync(join(ROOT, path), 'utf8'),
  );
  return { text: outputFiles[0]?.text ?? '', names, answers: (await import(file)).answers };
}

describe('trimZod', () => {
  it('keeps what task code calls, and every message as it is', async () => {
    const whole = await bundled('whole');
    const trimmed = await bundled('trimmed', whole.names);
    expect(trimmed.answers).toEqual(whole.answers);
    expect(whole.answers.map((problems: readonly unknown[]) => problems.length)).toEqual([4, 6, 5]);
    expect(trimmed.text.length).toBeLessThan(whole.text.length - 15_000);
  });

  it('leaves out what is not called: a call all the same fails', async () => {
    const { names } = await bundled('names');
    const without = new Set([...names].filter((name) => name !== 'email'));
    await expect(bundled('without', without)).rejects.toThrow('email is not a function');
  });
});
