import type { ShardType } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ItemKey, Table } from '../ports/table.ts';
import { Profile } from '../profile/profile.ts';

const READS_AT_ONCE_MAX = 16;

/**
 * What earlier runs left, by shard type; nothing of a type that never ran.
 *
 * @throws {ForeshardError} `InvalidInput` when what is stored is no profile
 */
export async function readProfiles(table: Table, types: Iterable<ShardType>): Promise<ReadonlyMap<ShardType, Profile>> {
  const distinct = [...new Set(types)].sort();
  const items = await inParallel(distinct, READS_AT_ONCE_MAX, (type) => table.get(profileKey(type)));
  const profiles = items.flatMap((item) => {
    return item ? [parseStrictly(Profile, item.profile, `profile '${item.partition}'`)] : [];
  });
  return new Map(profiles.map((profile) => [profile.type, profile]));
}

/** Replaces the profile of a type; only the profiler writes, so the last one stands. */
export async function writeProfile(table: Table, profile: Profile): Promise<void> {
  await table.put({ ...profileKey(profile.type), profile });
}

function profileKey(type: ShardType): ItemKey {
  return { partition: `PROFILE#${type}`, sort: 'PROFILE' };
}
