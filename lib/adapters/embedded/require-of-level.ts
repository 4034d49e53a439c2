import { createRequire } from 'node:module';

const requireOfDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));

/** Loads a module as the store under dynalite does: the very classes that it works with. */
export const requireOfLevel = createRequire(requireOfDynalite.resolve('level'));
