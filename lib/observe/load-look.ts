import { collect } from '../core/collect.ts';
import type { RunId, ShardId } from '../core/ids.ts';
import { Forecast } from '../forecast/forecast.ts';
import { listPools } from '../plan/list-pools.ts';
import { Plan } from '../plan/plan.ts';
import type { Services } from '../ports/services.ts';
import { countDone } from '../run/count-done.ts';
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
