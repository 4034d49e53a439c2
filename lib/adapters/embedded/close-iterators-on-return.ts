import { requireOfLevel } from './require-of-level.ts';

interface LevelIterator {
  close(): Promise<void>;
  return?: (this: LevelIterator) => Promise<void>;
}

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
