import * as z from 'zod';
import { Plan } from '../lib/plan/plan.ts';
import { freeDeadSlots } from '../lib/recover/free-shards.ts';
import { readDocument } from '../lib/run/run-document.ts';
import { startSlots } from '../lib/run/start-slots.ts';
import { stage } from './stage.ts';

/** State `Dispatch`: starts the slots that the plan grants now and that do not run. */
export const handler = stage({
  name: 'dispatcher',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, services) {
    await freeDeadSlots(run, services);
    await startSlots(await readDocument(services.objects, { run, name: 'plan' }, Plan), services);
    const { clock, settings } = services;
    return { run, checkAt: new Date(clock.now() + settings.monitorMinMs).toISOString(), glance: null };
  },
});
