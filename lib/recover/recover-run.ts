import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { readCopies, readShards } from '../run/read-shards.ts';
import { parseRun, runKey } from '../run/run-record.ts';
import type { ShardFailure } from '../run/shard-record.ts';
import { endSlot, readSlot, type SlotRecord } from '../run/slot-store.ts';
import { sweepRun } from '../run/sweep-run.ts';
import { freeDeadSlots, freeShards } from './free-shards.ts';
import { judgeFailure } from './judge-failure.ts';
import { stopHolders } from './stop-holders.ts';
import { zoneBreaker } from './zone-breaker.ts';
import { isZonal } from './zone-outcomes.ts';
import { changeZone, readOpenZones } from './zone-store.ts';

/** Pause before a slot goes on after a failed invocation. */
const BACK_OFF_MS = 100;

const SILENT = { name: 'ShardTimedOut', message: 'its worker went on without a sign of life' } as const;

/**
 * Frees what lost workers held: slots whose execution has ended, workers that are stuck (their execution is stopped),
 * and whatever a crash has left half done.
 */
export async function recoverRun(run: RunId, services: Services): Promise<void> {
  const { table, clock, settings } = services;
  await stopStuckSlots(run, services);
  await freeDeadSlots(run, services);
  const zones = await readOpenZones(services);
  await sweepRun(table, {
    run,
    now: clock.now(),
    graceMs: settings.graceMs,
    judge: (shard) => judgeFailure(shard, SILENT, { ...settings, zones }),
  });
}

/** Slots that hold a shard or a copy under a lease that ran out, while their execution goes on: their workers hang. */
async function stopStuckSlots(run: RunId, services: Services): Promise<void> {
  const { table, clock, settings } = services;
  const held = [...(await collect(readShards(table, run))), ...(await collect(readCopies(table, run)))];
  const silentSince = clock.now() - settings.graceMs;
  const silent = held.filter(({ leaseUntil = 0 }) => leaseUntil < silentSince);
  await stopHolders({ run, held: silent, failure: SILENT }, services);
}

export interface FailedInvocation {
  readonly run: RunId;
  readonly slot: string;
  readonly failure: ShardFailure;
}

/** Frees the shards of an invocation that failed; its slot goes on as long as the run needs it and its zone is open. */
export async function recoverSlot({ run, slot: name, failure }: FailedInvocation, services: Services) {
  const { table, clock } = services;
  const slot = await readSlot(table, { run, slot: name });
  const freed = slot ? await freeShards({ slot, failure }, services) : [];
  if (slot && freed.length === 0 && isZonal(failure.name)) await blameZone(slot.zone, services);
  const goesOn = slot !== undefined && (await isWanted(slot, services));
  if (slot && !goesOn) await endSlot(table, slot);
  const checkAt = new Date(clock.now() + BACK_OFF_MS).toISOString();
  return { outcome: goesOn ? ('idle' as const) : ('done' as const), checkAt };
}

/** An invocation that died before it held a shard leaves no attempt that the monitor could count. */
async function blameZone(zone: string, { table, clock, settings }: Services): Promise<void> {
  if (!settings.zones.includes(zone)) return;
  const seen = { at: clock.now(), goodCount: 0, badCount: 1 };
  await changeZone(table, zone, (health) => ({ ...health, breaker: zoneBreaker(health.breaker, seen) }));
}

async function isWanted({ run, status, until, zone }: SlotRecord, services: Services): Promise<boolean> {
  const { table, clock, settings } = services;
  const item = await table.get(runKey(run));
  if (item === undefined || parseRun(item).state !== 'OPEN') return false;
  if (status !== 'STARTED' || until <= clock.now()) return false;
  return !settings.zones.includes(zone) || (await readOpenZones(services)).includes(zone);
}
