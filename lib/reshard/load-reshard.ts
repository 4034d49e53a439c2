import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import { Forecast } from '../forecast/forecast.ts';
import { predictions } from '../observe/predictions.ts';
import { Plan } from '../plan/plan.ts';
import type { Services } from '../ports/services.ts';
import { readShards } from '../run/read-shards.ts';
import { readDocument } from '../run/run-document.ts';
import { Sharding } from '../shards/sharding.ts';
import { readDecisions } from './decision-store.ts';
import type { ReshardFacts } from './reshard-request.ts';

/** Reads all that a re-sharding is decided on. */
export async function loadReshard(run: RunId, services: Services): Promise<ReshardFacts> {
  const { objects, table, clock, settings } = services;
  const [sharding, forecast, plan] = await Promise.all([
    readDocument(objects, { run, name: 'sharding' }, Sharding),
    readDocument(objects, { run, name: 'forecast' }, Forecast),
    readDocument(objects, { run, name: 'plan' }, Plan),
  ]);
  const [smallest = 0] = settings.tiersMiB;
  return {
    now: clock.now(),
    sharding,
    records: await collect(readShards(table, run)),
    plan,
    predictions: predictions(forecast, sharding),
    earlier: await readDecisions(table, run),
    memoryMiB: smallest,
    overheadMs: settings.shardOverheadMs,
  };
}
