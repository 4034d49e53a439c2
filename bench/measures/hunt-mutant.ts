import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SeedSearch } from '../../test/simulation/search-seeds.ts';
import type { Mutant } from '../data/protocol-mutants.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Simulates a copy of the program in which one line is different, until a seed shows it. */
export async function huntMutant(mutant: Mutant, seedCount: number): Promise<SeedSearch> {
  const copy = await mkdtemp(join(tmpdir(), 'foreshard-mutant-'));
  try {
    for (const folder of ['lib', 'test/simulation', 'test/memory-object-store.ts'])
      await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
    await cp(join(ROOT, 'package.json'), join(copy, 'package.json'));
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const file = join(copy, mutant.file);
    await writeFile(file, mutated(await readFile(file, 'utf8'), mutant));
    const { searchSeeds } = await import(pathToFileURL(join(copy, 'test/simulation/search-seeds.ts')).href);
    return await searchSeeds({ from: 1, count: seedCount });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function mutated(text: string, { name, file, find, replace }: Mutant): string {
  if (text.split(find).length !== 2) throw new Error(`mutant '${name}': '${find}' is not in ${file} exactly once`);
  return text.replace(find, () => replace);
}
