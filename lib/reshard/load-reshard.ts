import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import { vcpuOf } from '../core/vcpu.ts';
import { Forecast } from '../forecast/forecast.ts';
import { allocationRequest } from '../observe/allocation-request.ts';
import { loadBacklogs, volumeOf } from '../observe/backlog-volume.ts';
import { predictions } from '../observe/predictions.ts';
import { listPools, type ZoneStarts } from '../plan/list-pools.ts';
import { Plan } from '../plan/plan.ts';
import type { Services } from '../ports/services.ts';
import { readAttempts } from '../run/attempt-store.ts';
import { readLedgers } from '../run/ledger-store.ts';
import { readCopies, readShards } from '../run/read-shards.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { readDocument } from '../run/run-document.ts';
import type { ShardRecord } from '../run/shard-record.ts';
import { readSlots } from '../run/slot-store.ts';
import { readTypeTiers } from '../run/type-tier.ts';
import { Sharding } from '../shards/sharding.ts';
import { readDecisions } from './decision-store.ts';
import type { ReshardFacts } from './reshard-request.ts';

/**
 * Reads all that a re-sharding is decided on.
 *
 * @param starts zones in which new work may start, and how much
 */
export async function loadReshard(run: RunId, starts: ZoneStarts, services: Services): Promise<ReshardFacts> {
  const { objects, table, clock, settings } = services;
  const [definition, sharding, forecast, plan] = await Promise.all([
    readDocument(objects, { run, name: 'definition' }, RunDefinition),
    readDocument(objects, { run, name: 'sharding' }, Sharding),
    readDocument(objects, { run, name: 'forecast' }, Forecast),
    readDocument(objects, { run, name: 'plan' }, Plan),
  ]);
  const backlogs = await loadBacklogs(run, sharding, services);
  const records = await collect(readShards(table, run));
  const memoryMiB = tierOf(records, settings.tiersMiB);
  const closed = settings.zones.filter((zone) => !starts.has(zone));
  const pools = listPools(settings, new Set(closed), starts);
  const openPools = pools.filter(({ state }) => state === 'open');
  const ownTier = new Set(openPools.flatMap((pool) => (pool.memoryMiB === memoryMiB ? [pool.id] : [])));
  const ledgers = await readLedgers(
    table,
    pools.map(({ id, slotMax }) => ({ pool: id, slotMax })),
  );
  const copies = await collect(readCopies(table, run));
  const predicted = predictions(forecast, sharding, await volumeOf(backlogs, settings.level));
  const now = clock.now();
  const allocation = allocationRequest({
    ...{ run, now, definition, sharding, predictions: predicted, records, copies, plan, pools, ledgers, settings },
    tiers: await readTypeTiers(table, run),
    ownVcpuMax: undefined,
    // who is given up is decided with the plan
    others: [],
    canaries: plan.canaries,
    profiled: { has: () => true },
  });
  const waits = records.some(({ state }) => state === 'READY' || state === 'BLOCKED');
  return {
    now,
    sharding,
    records,
    ledgers: ledgers.filter(({ pool }) => ownTier.has(pool)),
    slots: { allocation, slots: await readSlots(table, run) },
    objective: definition.workflow.objective,
    slotLimit: Math.floor(settings.vcpuMax / vcpuOf(memoryMiB)),
    startDelayMs: settings.startDelayMs,
    plan,
    predictions: predicted,
    earlier: await readDecisions(table, run),
    memoryMiB,
    overheadMs: settings.shardOverheadMs,
    attempts: waits ? await readAttempts(table, run) : [],
    tiersMiB: [...new Set(openPools.map((pool) => pool.memoryMiB))].sort((a, b) => a - b),
    copies,
    attemptMax: settings.attemptMax,
    divisible: new Map(definition.workflow.operations.map(({ id, divisible }) => [id, divisible])),
  };
}

/** The smallest tier that an open shard is planned for: a slot of a larger one takes its shards as well. */
function tierOf(records: readonly ShardRecord[], tiersMiB: readonly MemoryMiB[]): MemoryMiB {
  const open = records.filter(({ state }) => state === 'READY' || state === 'RUNNING');
  return open.reduce((least, record) => Math.min(least, record.memoryTierMiB), tiersMiB.at(-1) ?? 0);
}
