import { collect } from '../core/collect.ts';
import { originalOf, type RunId, type ShardId } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { ObjectLocation, ObjectStore } from '../ports/object-store.ts';
import { OutputManifest } from './input/output-manifest.ts';
import type { ShardRecord } from './shard-record.ts';
import { outputPrefix } from './store-output.ts';

/** What a poisoned shard has committed, and one that another has taken in. */
const NOWHERE = '';

const REMOVALS_AT_ONCE_MAX = 16;

/**
 * Removes the outputs that nobody will ever read: of attempts that died between writing and committing, and of those
 * that were second. Only outputs of shards that are over are looked at, and that is final: so it may run at any time.
 *
 * @param shards the run's, as they were read at some moment
 * @returns how many were removed
 * @complexity one listing of the run's outputs; none when every shard was done by its first and only attempt
 */
export async function removeOrphans(
  stores: readonly ObjectStore[],
  run: RunId,
  { shards, copyCount }: { readonly shards: readonly ShardRecord[]; readonly copyCount: number },
): Promise<number> {
  if (copyCount === 0 && shards.every(({ epoch, state }) => epoch <= (state === 'REMOVED' ? 0 : 1))) return 0;
  const committed = new Map<ShardId, ObjectLocation>(
    shards.flatMap(({ shard, state, output }) => {
      if (state === 'POISONED' || state === 'REMOVED') return [[shard, NOWHERE] as const];
      const manifest = state === 'DONE' ? OutputManifest.safeParse(output) : undefined;
      return manifest?.success ? [[shard, manifest.data.location] as const] : [];
    }),
  );
  let count = 0;
  for (const store of stores) {
    const found = await collect(store.list(outputPrefix(run)));
    const orphans = found.filter(({ location }) => {
      const kept = committed.get(shardOf(location, run));
      return kept !== undefined && kept !== location;
    });
    await inParallel(orphans, REMOVALS_AT_ONCE_MAX, ({ location }) => store.delete(location));
    count += orphans.length;
  }
  return count;
}

/** The shard's name stands between the prefix and the epoch. */
function shardOf(location: ObjectLocation, run: RunId): ShardId {
  return originalOf(location.slice(outputPrefix(run).length, location.lastIndexOf('/')));
}
