import * as z from 'zod';
import { type Random, seededRandom } from '../lib/core/random.ts';
import { calibrateSharding } from '../lib/plan/calibrate-sharding.ts';
import { tradeOff } from '../lib/plan/trade-off.ts';
import { executionIsOver } from '../lib/recover/execution-is-over.ts';
import { requireResumable } from '../lib/recover/require-resumable.ts';
import { resumeRun } from '../lib/recover/resume-run.ts';
import { readOpenZones } from '../lib/recover/zone-store.ts';
import { enterRun } from '../lib/run/active-run.ts';
import { loadShardRequest } from '../lib/run/load-shard-request.ts';
import { loadTrial } from '../lib/run/load-trial.ts';
import { requireReplicas } from '../lib/run/require-replicas.ts';
import { loadDefinition, StartRequest } from '../lib/run/run-definition.ts';
import { hasDocument, writeDocument } from '../lib/run/run-document.ts';
import { stage } from './stage.ts';

const TRIAL_SEED = 1;

/** State `Shard`: a workflow in, its shards out. A run that was cut before keeps its shards. */
export const handler = stage({
  name: 'sharder',
  input: z.strictObject({ execution: z.string(), input: StartRequest }),
  async run({ execution, input }, services) {
    const { objects, table, clock } = services;
    const run = input.run ?? execution;
    await requireResumable(run, input.workflow, services);
    const isOver = (other: string) => executionIsOver(other, services);
    await enterRun(table, { run, execution, now: clock.now(), isOver });
    if (await hasDocument(objects, { run, name: 'sharding' })) {
      await resumeRun(run, services);
      return { run };
    }
    const definition = await loadDefinition(input, run, services);
    requireReplicas(definition.workflow, services);
    const loaded = await loadShardRequest(definition, services);
    const open = await readOpenZones(services);
    const trial = await loadTrial({ run, definition, ...loaded, open }, services);
    const sharding = calibrateSharding(trial, sameChance);
    await writeDocument(objects, { run, name: 'trade-off' }, tradeOff(trial, sameChance));
    await writeDocument(objects, { run, name: 'sharding' }, sharding);
    return { run };
  },
});

/** The same workflow at the same moment is cut the same way. */
function sameChance(): Random {
  return seededRandom(TRIAL_SEED);
}
