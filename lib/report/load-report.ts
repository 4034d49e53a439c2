import * as z from 'zod';
import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { DurationMs } from '../core/quantity.ts';
import { slotLimit } from '../core/slot-limit.ts';
import { Forecast } from '../forecast/forecast.ts';
import { loadBacklogs } from '../observe/backlog-volume.ts';
import { listPools } from '../plan/list-pools.ts';
import { Plan } from '../plan/plan.ts';
import { TradeOffPoint } from '../plan/trade-off.ts';
import type { Services } from '../ports/services.ts';
import { readDecisions } from '../reshard/decision-store.ts';
import { readAttempts } from '../run/attempt-store.ts';
import { readIntakeList } from '../run/backlog/intake-record.ts';
import { readCopies, readShards } from '../run/read-shards.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { hasDocument, readDocument } from '../run/run-document.ts';
import { runProgress } from '../run/run-progress.ts';
import { readSlots, type SlotRecord } from '../run/slot-store.ts';
import { Sharding } from '../shards/sharding.ts';
import type { BacklogFacts } from './backlog-report.ts';
import type { ReportFacts } from './build-report.ts';
import { loadTypeLoads } from './load-type-loads.ts';

const READS_AT_ONCE_MAX = 16;

/** Reads all that the report of a run tells. */
export async function loadReport(run: RunId, services: Services): Promise<Omit<ReportFacts, 'aborted'>> {
  const { objects, table, clock, settings } = services;
  const [definition, sharding, forecast, firstPlan, plan] = await Promise.all([
    readDocument(objects, { run, name: 'definition' }, RunDefinition),
    readDocument(objects, { run, name: 'sharding' }, Sharding),
    readDocument(objects, { run, name: 'forecast' }, Forecast),
    readDocument(objects, { run, name: 'first-plan' }, Plan),
    readDocument(objects, { run, name: 'plan' }, Plan),
  ]);
  const slots = await readSlots(table, run);
  const [records, copies, attempts] = await Promise.all([
    collect(readShards(table, run)),
    collect(readCopies(table, run)),
    readAttempts(table, run),
  ]);
  return {
    run,
    now: clock.now(),
    definition,
    sharding,
    forecast,
    firstPlan,
    plan,
    pools: listPools(settings, new Set()),
    progress: await runProgress(table, run, records),
    records,
    copies,
    attempts,
    decisions: await readDecisions(table, run),
    slotCount: slots.length,
    tradeOff: await readTradeOff(run, services),
    loads: await loadTypeLoads(
      sharding.operations.map(({ type }) => type),
      clock.now(),
      services,
    ),
    backlogs: await loadIntakes(run, sharding, { ...services, slotMs: slotTime(slots) }),
  };
}

/** Runs that began before there was one have none. */
async function readTradeOff(run: RunId, { objects }: Pick<Services, 'objects'>): Promise<readonly TradeOffPoint[]> {
  const key = { run, name: 'trade-off' } as const;
  return (await hasDocument(objects, key)) ? readDocument(objects, key, z.array(TradeOffPoint)) : [];
}

/** Slots are there from their start to the end of their grant. */
function slotTime(slots: readonly SlotRecord[]): DurationMs {
  return slots.reduce((sum, { startedAt, until }) => sum + Math.max(0, until - startedAt), 0);
}

async function loadIntakes(
  run: RunId,
  sharding: Sharding,
  {
    objects,
    table,
    settings,
    slotMs,
  }: Pick<Services, 'objects' | 'table' | 'settings'> & { readonly slotMs: DurationMs },
): Promise<readonly BacklogFacts[]> {
  const backlogs = await loadBacklogs(run, sharding, { table });
  return Promise.all(
    backlogs.map(async ({ operation, intakes }) => ({
      operation,
      intakes: await inParallel(intakes, READS_AT_ONCE_MAX, async (intake) => ({
        ...intake,
        list: await readIntakeList(objects, intake),
      })),
      startDelayMs: settings.startDelayMs,
      slotMax: slotLimit(settings),
      slotMs,
    })),
  );
}
