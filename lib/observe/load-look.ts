import { collect } from '../core/collect.ts';
import type { RunId, ShardId } from '../core/ids.ts';
import { vcpuOf } from '../core/vcpu.ts';
import { Forecast } from '../forecast/forecast.ts';
import { freeSlots } from '../plan/grant-slots.ts';
import { listPools } from '../plan/list-pools.ts';
import { Plan } from '../plan/plan.ts';
import type { Services } from '../ports/services.ts';
import { countDone } from '../run/count-done.ts';
import { readLedgers } from '../run/ledger-store.ts';
import { missingSlots } from '../run/missing-slots.ts';
import { readCopies } from '../run/read-shards.ts';
import { readyHeads } from '../run/ready-heads.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { readDocument } from '../run/run-document.ts';
import { runProgress } from '../run/run-progress.ts';
import { parseShard, readyQueue, type ShardRecord, shardKey } from '../run/shard-record.ts';
import { readSlots } from '../run/slot-store.ts';
import { Sharding } from '../shards/sharding.ts';
import { loadBacklogs, volumeOf } from './backlog-volume.ts';
import type { RunLook } from './observe-run.ts';
import { predictions } from './predictions.ts';

/** Reads what the monitor looks at: the run's documents, its progress, and the shards that run or are on trial. */
export async function loadLook(run: RunId, services: Services): Promise<Omit<RunLook, 'openZones'>> {
  const { objects, table, clock, settings } = services;
  const lookedAt = clock.now();
  const [definition, sharding, forecast, plan] = await Promise.all([
    readDocument(objects, { run, name: 'definition' }, RunDefinition),
    readDocument(objects, { run, name: 'sharding' }, Sharding),
    readDocument(objects, { run, name: 'forecast' }, Forecast),
    readDocument(objects, { run, name: 'plan' }, Plan),
  ]);
  const backlogs = await loadBacklogs(run, sharding, services);
  const { doneCount } = await countDone(table, run);
  const heads = await readyHeads(table, run, settings.tiersMiB);
  const copies = await collect(readCopies(table, run));
  const waiting = plan.canaries.filter(({ verdict }) => verdict === 'waiting').flatMap(({ shards }) => shards);
  const progress = await runProgress(table, run);
  const canaries = await readEach(run, waiting, services);
  const stranded = await strandedCount(plan, services);
  const slots = await readSlots(table, run);
  const now = clock.now();
  return {
    now,
    tookMs: now - lookedAt,
    startedAt: definition.startedAt,
    progress,
    roomIn: await zonesWithRoom(definition, plan, { ...services, waits: heads.length > 0 }),
    doneCount,
    heads,
    copyCount: copies.filter(({ state }) => state === 'RUNNING').length,
    canaries,
    strandedCount: stranded,
    missingSlotCount: missingSlots(plan, {
      pools: listPools(settings, new Set()),
      slots,
      now,
      startDelayMs: settings.startDelayMs,
    }).length,
    plan,
    predictions: predictions(forecast, sharding, await volumeOf(backlogs, settings.level)),
    arriving: backlogs.some(({ intakes, steps }) => intakes.length < steps.stepCount),
    settings,
  };
}

async function readEach(run: RunId, ids: readonly ShardId[], { table }: Services): Promise<readonly ShardRecord[]> {
  const items = await Promise.all(ids.map((id) => table.get(shardKey(run, id))));
  return items.flatMap((item) => (item ? [parseShard(item)] : []));
}

/**
 * Zones in which a late run, whose shards wait for slots, could have another slot of a tier that it uses. Nobody asks for them
 * where it is in time: slots that end it sooner than it must are not worth their start.
 */
async function zonesWithRoom(
  { workflow }: RunDefinition,
  plan: Plan,
  { table, clock, settings, waits }: Services & { readonly waits: boolean },
): Promise<readonly string[]> {
  const late = plan.expectedEndAt > plan.deadlineAt || workflow.objective === 'latency';
  if (!late || !waits) return [];
  const pools = listPools(settings, new Set());
  const ledgers = await readLedgers(
    table,
    pools.map(({ id, slotMax }) => ({ pool: id, slotMax })),
  );
  const now = clock.now();
  const granted = new Set(plan.grants.map(({ pool }) => pool));
  const tiersMiB = new Set(pools.flatMap(({ id, memoryMiB }) => (granted.has(id) ? [memoryMiB] : [])));
  const freeIn = new Map(ledgers.map((ledger) => [ledger.pool, freeSlots(ledger, now)]));
  const heldVcpu = pools.reduce((sum, { id, slotMax, memoryMiB }) => {
    return sum + (slotMax - (freeIn.get(id) ?? slotMax)) * vcpuOf(memoryMiB);
  }, 0);
  const roomy = pools.filter(({ id, memoryMiB }) => {
    return tiersMiB.has(memoryMiB) && (freeIn.get(id) ?? 0) > 0 && heldVcpu + vcpuOf(memoryMiB) <= settings.vcpuMax;
  });
  return [...new Set(roomy.map(({ zone }) => zone))];
}

/** Ready shards of tiers that no slot of the plan can take: a failed attempt has moved them up. */
async function strandedCount({ run, grants, placements }: Plan, { table, settings }: Services): Promise<number> {
  const granted = new Set(grants.map(({ pool }) => pool));
  const largestMiB = Math.max(
    0,
    ...listPools(settings, new Set()).flatMap(({ id, memoryMiB }) => (granted.has(id) ? [memoryMiB] : [])),
  );
  if (placements.length === 0) return 0;
  const above = settings.tiersMiB.filter((tier) => tier > largestMiB);
  const first = await Promise.all(above.map((tier) => table.queryQueue({ queue: readyQueue(run, tier), limit: 1 })));
  return first.reduce((sum, items) => sum + items.length, 0);
}
