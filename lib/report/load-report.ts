import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import { Forecast } from '../forecast/forecast.ts';
import { listPools } from '../plan/list-pools.ts';
import { Plan } from '../plan/plan.ts';
import type { Services } from '../ports/services.ts';
import { readDecisions } from '../reshard/decision-store.ts';
import { readAttempts } from '../run/attempt-store.ts';
import { readShards } from '../run/read-shards.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { readDocument } from '../run/run-document.ts';
import { runProgress } from '../run/run-progress.ts';
import { readSlots } from '../run/slot-store.ts';
import { Sharding } from '../shards/sharding.ts';
import type { ReportFacts } from './build-report.ts';

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
  const [records, attempts] = await Promise.all([collect(readShards(table, run)), readAttempts(table, run)]);
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
    attempts,
    decisions: await readDecisions(table, run),
    slotCount: (await readSlots(table, run)).length,
  };
}
