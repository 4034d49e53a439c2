import * as z from 'zod';
import { mergeProfile } from '../lib/profile/merge-profile.ts';
import { readAttempts } from '../lib/run/attempt-store.ts';
import { readProfiles, writeProfile } from '../lib/run/profile-store.ts';
import { stage } from './stage.ts';

/** State `Profile`: what the run has taught about its shard types. */
export const handler = stage({
  name: 'profiler',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, { table }) {
    const byType = Map.groupBy(await readAttempts(table, run), ({ type }) => type);
    const profiles = await readProfiles(table, byType.keys());
    for (const [type, attempts] of byType) await writeProfile(table, mergeProfile(profiles.get(type), attempts));
    return { run, typeCount: byType.size };
  },
});
