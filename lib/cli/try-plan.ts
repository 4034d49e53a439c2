import * as z from 'zod';
import type { StageContext, StageHandler } from '../../functions/stage.ts';
import { threadMeter } from '../adapters/thread-meter.ts';
import { zlibCodecs } from '../adapters/zlib-codecs.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { ShardType } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import { seededRandom } from '../core/random.ts';
import { Forecast } from '../forecast/forecast.ts';
import { allocationRequest } from '../observe/allocation-request.ts';
import { loadAllocation } from '../observe/load-allocation.ts';
import { allocate } from '../plan/allocate.ts';
import type { AllocateRequest } from '../plan/allocate-request.ts';
import { compareTiers, type TierComparison } from '../plan/compare-tiers.ts';
import type { Plan } from '../plan/plan.ts';
import { planBound } from '../plan/plan-bound.ts';
import type { Pool } from '../plan/pool.ts';
import { shardGraph } from '../plan/shard-graph.ts';
import { sizeShards } from '../plan/size-shards.ts';
import { TradeOffPoint } from '../plan/trade-off.ts';
import type { Services } from '../ports/services.ts';
import { readZoneStarts } from '../recover/zone-store.ts';
import type { Extensions } from '../run/extensions.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { readDocument } from '../run/run-document.ts';
import { Sharding } from '../shards/sharding.ts';
import type { Home } from './open-home.ts';
import { scratchObjects } from './scratch-objects.ts';

/** All that is known of a run before it starts. */
export interface TriedPlan {
  readonly definition: RunDefinition;
  readonly sharding: Sharding;
  readonly forecast: Forecast;
  readonly plan: Plan;
  readonly pools: readonly Pool[];
  /** Cost against finish time. */
  readonly tradeOff: readonly TradeOffPoint[];
  /** What the plan was made of. */
  readonly request: AllocateRequest;
  /** After which time from now no plan of these shards can end sooner. */
  readonly leastMs: DurationMs;
  /** For each type of shards, what every tier would take. */
  readonly tiers: readonly ({ readonly type: ShardType } & TierComparison)[];
}

/** The name of a run that is never started: what is written under it is gone with the process. */
const RUN = 'plan';
/** The chance of meeting the deadline is sampled: the same question gets the same answer. */
const SEED = 1;

/**
 * Plans a workflow with the very handlers that a run goes through, and starts nothing: what they write stays in memory.
 *
 * @param workflow parsed JSON of a definition
 * @throws {ForeshardError} whatever the sharder, the forecaster or the allocator refuses
 */
export async function tryPlan(workflow: unknown, home: Home, extensions: Extensions): Promise<TriedPlan> {
  const services = lookingServices(home, extensions);
  const [{ handler: sharder }, { handler: forecaster }] = await Promise.all([
    import('../../functions/sharder.ts'),
    import('../../functions/forecaster.ts'),
  ]);
  await call(sharder, { execution: RUN, input: { workflow } }, services);
  await call(forecaster, { run: RUN }, services);
  const { objects } = services;
  const facts = await loadAllocation(RUN, await readZoneStarts(services), services);
  const request = allocationRequest(facts);
  const plan = allocate(request, services.random, { priority: services.priority });
  const graph = shardGraph(request.shards, []);
  return {
    definition: await readDocument(objects, { run: RUN, name: 'definition' }, RunDefinition),
    sharding: await readDocument(objects, { run: RUN, name: 'sharding' }, Sharding),
    tradeOff: await readDocument(objects, { run: RUN, name: 'trade-off' }, z.array(TradeOffPoint)),
    forecast: await readDocument(objects, { run: RUN, name: 'forecast' }, Forecast),
    plan,
    pools: facts.pools,
    request,
    leastMs: planBound(request, { graph, sized: sizeShards(request) }, plan.expectedEndAt - plan.madeAt),
    tiers: tiersOf(request),
  };
}

function tiersOf({ shards, pools }: AllocateRequest): TriedPlan['tiers'] {
  const open = pools.filter(({ state, slotMax }) => state === 'open' && slotMax > 0);
  const tiersMiB = [...new Set(open.map(({ memoryMiB }) => memoryMiB))];
  return [...Map.groupBy(shards, ({ type }) => type)].map(([type, members]) => {
    const needs = members.map(({ need }) => need);
    return { type, ...compareTiers(needs, tiersMiB, 0) };
  });
}

/** The part of a Lambda call's context that a stage looks at is its services. */
function call(handler: StageHandler<unknown>, event: unknown, services: Services): Promise<unknown> {
  return handler(event, { services } as StageContext);
}

function lookingServices({ services }: Home, extensions: Extensions): Services {
  const now = services.clock.now();
  return {
    ...services,
    // planning takes none of the time that is planned: the same question gets the same answer
    clock: { ...services.clock, now: () => now },
    objects: scratchObjects(services.objects),
    ...extensions,
    random: seededRandom(SEED),
    codecs: zlibCodecs,
    meter: threadMeter(),
    metrics: { emit: startsNothing, read: startsNothing },
    functions: {
      invoke: startsNothing,
      concurrency: startsNothing,
      reserve: startsNothing,
      limits: startsNothing,
    },
    executions: { start: startsNothing, stop: startsNothing, describe: startsNothing },
  };
}

function startsNothing(): never {
  throw new ForeshardError(
    'InvariantBroken',
    'a plan that is only looked at must start nothing; report this as a fault',
  );
}
