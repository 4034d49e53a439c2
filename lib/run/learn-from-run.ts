import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import { Forecast } from '../forecast/forecast.ts';
import { runAccuracy } from '../forecast/run-accuracy.ts';
import type { Services } from '../ports/services.ts';
import { mergeProfile } from '../profile/merge-profile.ts';
import { addRunAccuracy } from './accuracy-store.ts';
import { readAttempts } from './attempt-store.ts';
import { followType } from './followed-types.ts';
import { readProfiles, writeProfile } from './profile-store.ts';
import { hasDocument, readDocument } from './run-document.ts';

/** Of the report, which has the forecast of the shards as they were in the end, after all cuts. */
const Foretold = z.looseObject({ forecast: Forecast, endedAt: z.number() });

/** Merges a run's attempts into the profiles of their types, keeps how its forecast came true, and lets the types be followed. */
export async function learnFromRun(
  run: RunId,
  { table, objects }: Pick<Services, 'table' | 'objects'>,
): Promise<{ readonly run: RunId; readonly typeCount: number }> {
  const byType = Map.groupBy(await readAttempts(table, run), ({ type }) => type);
  const profiles = await readProfiles(table, byType.keys());
  const report = { run, name: 'report' } as const;
  const told = (await hasDocument(objects, report)) ? await readDocument(objects, report, Foretold) : undefined;
  for (const [type, attempts] of byType) {
    await writeProfile(table, mergeProfile(profiles.get(type), attempts));
    const period = told && runAccuracy(told.forecast, attempts, told.endedAt);
    if (period) await addRunAccuracy(table, type, { run, ...period });
    await followType(table, type);
  }
  return { run, typeCount: byType.size };
}
