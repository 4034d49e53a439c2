import * as z from 'zod';
import { Glance, glance as glanceAt } from '../lib/observe/glance.ts';
import { heedIntake } from '../lib/observe/heed-intake.ts';
import { loadLook } from '../lib/observe/load-look.ts';
import { observeRun } from '../lib/observe/observe-run.ts';
import { watchOn } from '../lib/observe/watch-on.ts';
import type { Services } from '../lib/ports/services.ts';
import { watchZones } from '../lib/recover/watch-zones.ts';
import { takeIn } from '../lib/run/backlog/take-in.ts';
import { stage } from './stage.ts';

/** State `Monitor`: what has become of the run since its plan was made. Between two looks a glance is enough. */
export const handler = stage({
  name: 'monitor',
  input: z.strictObject({ run: z.string(), glance: Glance.nullable() }),
  async run({ run, glance }, services) {
    const { outcome, checkAt, next } = await watchOn((before) => observed(run, before, services), glance, services);
    return { run, outcome, checkAt: new Date(checkAt).toISOString(), glance: next };
  },
});

async function observed(run: string, before: Glance | null, services: Services) {
  const intake = await takeIn(run, services);
  return heedIntake((await glanceAt(run, before, services)) ?? (await look(run, services)), intake);
}

async function look(run: string, services: Services) {
  const seen = await loadLook(run, services);
  const openZones = await watchZones({ run, failedAttemptCount: seen.progress.failedAttemptCount }, services);
  return observeRun({ ...seen, openZones });
}
