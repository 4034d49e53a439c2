import * as z from 'zod';
import { seededRandom } from '../lib/core/random.ts';
import { estimateWorkflow } from '../lib/forecast/estimate-workflow.ts';
import { operationTypes } from '../lib/forecast/operation-types.ts';
import { calibrateSharding } from '../lib/plan/calibrate-sharding.ts';
import { tradeOff } from '../lib/plan/trade-off.ts';
import { executionIsOver } from '../lib/recover/execution-is-over.ts';
import { resumeRun } from '../lib/recover/resume-run.ts';
import { readOpenZones } from '../lib/recover/zone-store.ts';
import { enterRun } from '../lib/run/active-run.ts';
import { backlogArrivals } from '../lib/run/backlog/backlog-arrivals.ts';
import { layOutBacklogs } from '../lib/run/backlog/lay-out-backlogs.ts';
import { inputBytes, probeLayouts } from '../lib/run/input/probe-layouts.ts';
import { loadTrial } from '../lib/run/load-trial.ts';
import { readProfiles } from '../lib/run/profile-store.ts';
import { requireReplicas } from '../lib/run/require-replicas.ts';
import { loadDefinition, StartRequest } from '../lib/run/run-definition.ts';
import { hasDocument, writeDocument } from '../lib/run/run-document.ts';
import { stage } from './stage.ts';

/** The same workflow at the same moment is cut the same way. */
const TRIAL_SEED = 1;

/** State `Shard`: a workflow in, its shards out. A run that was cut before keeps its shards. */
export const handler = stage({
  name: 'sharder',
  input: z.strictObject({ execution: z.string(), input: StartRequest }),
  async run({ execution, input }, services) {
    const { objects, table, tasks, sources, clock, settings } = services;
    const run = input.run ?? execution;
    const isOver = (other: string) => executionIsOver(other, services);
    await enterRun(table, { run, execution, now: clock.now(), isOver });
    if (await hasDocument(objects, { run, name: 'sharding' })) {
      await resumeRun(run, services);
      return { run };
    }
    const definition = await loadDefinition(input, run, { objects, tasks, sources, clock });
    const { workflow, startedAt, deadlineAt } = definition;
    requireReplicas(workflow, services);
    const layouts = await probeLayouts(workflow, { objects, sources });
    const types = operationTypes(workflow, tasks);
    const profiles = await readProfiles(table, new Set(types.values()));
    const laidOut = layOutBacklogs({
      workflow,
      layouts,
      estimates: estimateWorkflow({ workflow, inputBytes: inputBytes(layouts), types, profiles }),
      arrivals: await backlogArrivals(workflow, types, table),
      startedAt,
      slotMax: Math.max(1, Math.floor(settings.vcpuMax)),
    });
    const request = {
      workflow,
      ...laidOut,
      versions: new Map([...tasks.values()].map(({ name, version }) => [name, version])),
      timeLeftMs: deadlineAt - clock.now(),
      slotMax: Math.max(1, Math.floor(settings.vcpuMax)),
      chance: settings.chance,
    };
    const open = await readOpenZones(services);
    const trial = await loadTrial({ run, definition, sharding: request, profiles, open }, services);
    const sharding = calibrateSharding(trial, () => seededRandom(TRIAL_SEED));
    await writeDocument(
      objects,
      { run, name: 'trade-off' },
      tradeOff(trial, () => seededRandom(TRIAL_SEED)),
    );
    await writeDocument(objects, { run, name: 'sharding' }, sharding);
    return { run };
  },
});
