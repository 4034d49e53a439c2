import type { SeedSearch } from '../test/simulation/search-seeds.ts';
import type { Bench } from './bench.ts';
import { MUTANTS, type Mutant } from './data/protocol-mutants.ts';
import { huntMutant } from './measures/hunt-mutant.ts';

/** Each mutant must be caught within this many seeds. */
const SEEDS_MAX = 1_000;

/** Breaks the protocol on purpose, one way after the other, and counts the seeds until the simulation sees it. */
export const bench: Bench = {
  name: 'mutants',
  needs: 'nothing',
  takes: '3 min',
  async run() {
    const caught = new Map<Mutant, SeedSearch>();
    for (const mutant of MUTANTS) caught.set(mutant, await huntMutant(mutant, SEEDS_MAX));
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
