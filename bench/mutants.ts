import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SeedSearch } from '../test/simulation/search-seeds.ts';
import type { Bench } from './bench.ts';
import { MUTANTS, type Mutant } from './data/protocol-mutants.ts';

/** Each mutant must be caught within this many seeds. */
const SEEDS_MAX = 1_000;

const ROOT = join(import.meta.dirname, '..');

/** Breaks the protocol on purpose, one way after the other, and counts the seeds until the simulation sees it. */
export const bench: Bench = {
  name: 'mutants',
  needs: 'nothing',
  takes: '3 min',
  async run() {
    const caught = new Map<Mutant, SeedSearch>();
    for (const mutant of MUTANTS) caught.set(mutant, await hunt(mutant));
    const seeds = [...caught.values()].map(({ seedCount }) => seedCount);
    const missed = [...caught].filter(([, { failed }]) => !failed);
    return {
      figures: {
        mutants: MUTANTS.length,
        caught: MUTANTS.length - missed.length,
        seedsMax: Math.max(...seeds),
        seedsMedian: seeds.toSorted((a, b) => a - b)[Math.floor(seeds.length / 2)] ?? 0,
      },
      targets: { mutants: { atLeast: 12 }, caught: { atLeast: MUTANTS.length }, seedsMax: { atMost: SEEDS_MAX } },
      table: [...caught].map(([{ name }, { seedCount, failed }]) => ({
        mutant: name,
        seeds: seedCount,
        seen: failed?.violation ?? 'NOT CAUGHT',
      })),
    };
  },
};

/** The simulation of a copy of the program in which one line is different. */
async function hunt(mutant: Mutant): Promise<SeedSearch> {
  const copy = await mkdtemp(join(tmpdir(), 'foreshard-mutant-'));
  try {
    for (const folder of ['lib', 'test/simulation'])
      await cp(join(ROOT, folder), join(copy, folder), { recursive: true });
    await cp(join(ROOT, 'package.json'), join(copy, 'package.json'));
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const file = join(copy, mutant.file);
    await writeFile(file, mutated(await readFile(file, 'utf8'), mutant));
    const { searchSeeds } = await import(pathToFileURL(join(copy, 'test/simulation/search-seeds.ts')).href);
    return await searchSeeds({ from: 1, count: SEEDS_MAX });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function mutated(text: string, { name, file, find, replace }: Mutant): string {
  if (text.split(find).length !== 2) throw new Error(`mutant '${name}': '${find}' is not in ${file} exactly once`);
  return text.replace(find, () => replace);
}
