import { slotLimit } from '../core/slot-limit.ts';
import { estimateWorkflow } from '../forecast/estimate-workflow.ts';
import { operationTypes } from '../forecast/operation-types.ts';
import type { Services } from '../ports/services.ts';
import type { ShardRequest } from '../shards/shard-workflow.ts';
import { backlogArrivals } from './backlog/backlog-arrivals.ts';
import { layOutBacklogs } from './backlog/lay-out-backlogs.ts';
import { inputBytes, probeLayouts } from './input/probe-layouts.ts';
import type { TrialFacts } from './load-trial.ts';
import { readProfiles } from './profile-store.ts';
import type { RunDefinition } from './run-definition.ts';

/**
 * Puts together what it takes to cut a workflow: inputs as they are measured where they lie, work as it is estimated from
 * the profiles of its types.
 *
 * @throws {ForeshardError} whatever the measuring of an input refuses
 */
export async function loadShardRequest(
  { workflow, startedAt, deadlineAt }: RunDefinition,
  services: Services,
): Promise<Pick<TrialFacts, 'sharding' | 'profiles'>> {
  const { table, tasks, clock, settings } = services;
  const layouts = await probeLayouts(workflow, services);
  const types = operationTypes(workflow, tasks);
  const profiles = await readProfiles(table, new Set(types.values()));
  const slotMax = slotLimit(settings);
  const laidOut = layOutBacklogs({
    workflow,
    layouts,
    estimates: estimateWorkflow({ workflow, inputBytes: inputBytes(layouts), types, profiles }),
    arrivals: await backlogArrivals(workflow, types, table),
    startedAt,
    slotMax,
  });
  const sharding: ShardRequest = {
    workflow,
    ...laidOut,
    versions: new Map([...tasks.values()].map(({ name, version }) => [name, version])),
    timeLeftMs: deadlineAt - clock.now(),
    slotMax,
    chance: settings.chance,
  };
  return { sharding, profiles };
}
