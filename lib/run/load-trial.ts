import type { RunId, ShardType } from '../core/ids.ts';
import type { CalibrationRequest } from '../plan/calibrate-sharding.ts';
import { listPools } from '../plan/list-pools.ts';
import type { Services } from '../ports/services.ts';
import { type ShardRequest, shardWorkflow } from '../shards/shard-workflow.ts';
import { readDurationLevels } from './accuracy-store.ts';
import { readLedgers } from './ledger-store.ts';
import { readProfiles } from './profile-store.ts';
import type { RunDefinition } from './run-definition.ts';

export interface TrialFacts {
  readonly run: RunId;
  readonly definition: RunDefinition;
  readonly sharding: ShardRequest;
  readonly profiles: CalibrationRequest['forecast']['profiles'];
  /** Zones in which new work may start. */
  readonly open: readonly string[];
}

/** Reads what it takes to plan shards for trial: profiles of what is fused, pools, and what other runs hold of them. */
export async function loadTrial(facts: TrialFacts, services: Services): Promise<CalibrationRequest> {
  const { run, definition, sharding, open } = facts;
  const { clock, settings, table, priority } = services;
  const { workflow, deadlineAt } = definition;
  const now = clock.now();
  const pools = listPools(settings, new Set(settings.zones.filter((zone) => !open.includes(zone))));
  const ledgers = await readLedgers(
    table,
    pools.map(({ id, slotMax }) => ({ pool: id, slotMax })),
  );
  const fused = await readProfiles(table, fusedTypes(sharding));
  const profiles = new Map([...facts.profiles, ...fused]);
  return {
    sharding,
    priority,
    forecast: {
      profiles,
      estimates: new Map(workflow.operations.map(({ id, estimates }) => [id, estimates])),
      now,
      horizonMs: Math.max(0, deadlineAt - now),
      level: settings.level,
      durationLevels: await readDurationLevels(table, profiles.keys(), settings.level),
      context: workflow.context,
    },
    allocation: {
      run,
      generation: 1,
      newcomer: true,
      now,
      startedAt: definition.startedAt,
      deadlineAt,
      priority: workflow.priority,
      objective: workflow.objective,
      pools: [...pools],
      ledgers: [...ledgers],
      canaries: [],
      canaryCount: settings.canaryCount,
      startDelayMs: settings.startDelayMs,
      vcpuMax: settings.vcpuMax,
      chance: settings.chance,
    },
  };
}

/** Only narrow edges can be fused. */
function fusedTypes(sharding: ShardRequest): ReadonlySet<ShardType> {
  const narrow = sharding.workflow.operations.some(({ after }) => after.some(({ edge }) => edge === 'narrow'));
  if (!narrow) return new Set();
  const { operations } = shardWorkflow({ ...sharding, caution: 0 });
  return new Set(operations.filter(({ steps }) => steps.length > 1).map(({ type }) => type));
}
