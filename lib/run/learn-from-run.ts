import type { RunId } from '../core/ids.ts';
import type { Table } from '../ports/table.ts';
import { mergeProfile } from '../profile/merge-profile.ts';
import { followType } from './arrival-store.ts';
import { readAttempts } from './attempt-store.ts';
import { readProfiles, writeProfile } from './profile-store.ts';

/** Merges a run's attempts into the profiles of their types, and lets the profiler follow these. */
export async function learnFromRun(
  run: RunId,
  table: Table,
): Promise<{ readonly run: RunId; readonly typeCount: number }> {
  const byType = Map.groupBy(await readAttempts(table, run), ({ type }) => type);
  const profiles = await readProfiles(table, byType.keys());
  for (const [type, attempts] of byType) {
    await writeProfile(table, mergeProfile(profiles.get(type), attempts));
    await followType(table, type);
  }
  return { run, typeCount: byType.size };
}
