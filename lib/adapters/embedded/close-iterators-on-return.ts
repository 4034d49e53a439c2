import { createRequire } from 'node:module';

interface LevelIterator {
  close(): Promise<void>;
  return?: (this: LevelIterator) => Promise<void>;
}

const requireOfDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
const requireOfLevel = createRequire(requireOfDynalite.resolve('level'));

/**
 * Gives LevelDB's iterators the `return()` by which dynalite 4.0.0 means to end each query's, and which they do not have:
 * every query left one open for good, with its memory and a snapshot of the store. To be called before dynalite is used.
 */
export function closeIteratorsOnReturn(): void {
  const classes = requireOfLevel('abstract-level') as Record<string, { readonly prototype: LevelIterator }>;
  for (const name of ['AbstractIterator', 'AbstractKeyIterator', 'AbstractValueIterator']) {
    const prototype = classes[name]?.prototype;
    if (prototype && !prototype.return) {
      prototype.return = function close() {
        return this.close();
      };
    }
  }
}
