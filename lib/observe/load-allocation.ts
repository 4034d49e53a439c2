import { collect } from '../core/collect.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import { Forecast } from '../forecast/forecast.ts';
import { listPools, type ZoneStarts } from '../plan/list-pools.ts';
import { Plan } from '../plan/plan.ts';
import type { Services } from '../ports/services.ts';
import { readAttempts } from '../run/attempt-store.ts';
import { readLedgers } from '../run/ledger-store.ts';
import { otherDemands } from '../run/other-demands.ts';
import { readOwnCapacity } from '../run/own-capacity.ts';
import { readProfiles } from '../run/profile-store.ts';
import { readCopies, readShards } from '../run/read-shards.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { hasDocument, readDocument } from '../run/run-document.ts';
import { runProgress } from '../run/run-progress.ts';
import { parseRun, runKey } from '../run/run-record.ts';
import { readTypeTiers } from '../run/type-tier.ts';
import { Sharding } from '../shards/sharding.ts';
import type { AllocationFacts } from './allocation-request.ts';
import { loadBacklogs, volumeOf } from './backlog-volume.ts';
import { judgeCanaries } from './judge-canaries.ts';
import { predictions as predictionsOf } from './predictions.ts';

/** Workers store a canary's telemetry right behind its commit: what is not there by then went with its worker. */
const TELEMETRY_WAIT_MS: DurationMs = 3_000;

/**
 * Reads all that a plan is made of.
 *
 * @param starts zones in which new work may start, and how much
 */
export async function loadAllocation(run: RunId, starts: ZoneStarts, services: Services): Promise<AllocationFacts> {
  const { objects, table, clock, settings } = services;
  const [definition, sharding, forecast] = await Promise.all([
    readDocument(objects, { run, name: 'definition' }, RunDefinition),
    readDocument(objects, { run, name: 'sharding' }, Sharding),
    readDocument(objects, { run, name: 'forecast' }, Forecast),
  ]);
  const backlogs = await loadBacklogs(run, sharding, services);
  const predictions = predictionsOf(forecast, sharding, await volumeOf(backlogs, settings.level));
  const records = (await isCreated(run, services)) ? await collect(readShards(table, run)) : [];
  const copies = records.length > 0 ? await collect(readCopies(table, run)) : [];
  const plan = (await hasDocument(objects, { run, name: 'plan' }))
    ? await readDocument(objects, { run, name: 'plan' }, Plan)
    : undefined;
  const waiting = plan?.canaries.some(({ verdict }) => verdict === 'waiting') ?? false;
  const canaries = judgeCanaries(plan?.canaries ?? [], {
    shards: new Map(records.map((record) => [record.shard, record])),
    attempts: waiting ? await readAttempts(table, run) : [],
    doomed: waiting ? (await runProgress(table, run, records)).doomedShards : new Set(),
    silentBefore: clock.now() - TELEMETRY_WAIT_MS,
    predictions,
  });
  const closed = settings.zones.filter((zone) => !starts.has(zone));
  const pools = listPools(settings, new Set(closed), starts);
  if (pools.every(({ state }) => state === 'drained')) throw everythingDrained(settings.zones);
  const ledgers = await readLedgers(
    table,
    pools.map(({ id, slotMax }) => ({ pool: id, slotMax })),
  );
  const profiled = await readProfiles(table, new Set(sharding.operations.map(({ type }) => type)));
  const now = clock.now();
  return {
    run,
    now,
    definition,
    sharding,
    predictions,
    records,
    copies,
    tiers: await readTypeTiers(table, run),
    ownVcpuMax: await readOwnCapacity(table, run),
    plan,
    canaries,
    profiled,
    pools,
    ledgers,
    others: await otherDemands(table, run, now),
    settings,
  };
}

/** False while a creation that was cut off has left shards out: they are to be planned and stored as if none were there. */
async function isCreated(run: RunId, { table }: Services): Promise<boolean> {
  const item = await table.get(runKey(run));
  return item !== undefined && parseRun(item).state !== 'CREATING';
}

function everythingDrained(zones: readonly string[]): ForeshardError {
  return new ForeshardError(
    'StoreUnavailable',
    `every zone is drained (${zones.join(', ')}); undrain one with 'foreshard undrain <zone>'`,
  );
}
