import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { parseRun, runKey } from '../run/run-record.ts';
import { parseShard, runningQueue, type ShardFailure } from '../run/shard-record.ts';
import { endSlot, readSlot, readSlots } from '../run/slot-store.ts';
import { sweepRun } from '../run/sweep-run.ts';
import { freeDeadSlots, freeShards } from './free-shards.ts';
import { judgeFailure } from './judge-failure.ts';

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
  await sweepRun(table, {
    run,
    now: clock.now(),
    graceMs: settings.graceMs,
    judge: (shard) => judgeFailure(shard, SILENT, settings),
  });
}

/** A slot that holds a shard under a lease that ran out, while its execution goes on: its worker hangs. */
async function stopStuckSlots(run: RunId, services: Services): Promise<void> {
  const { table, clock, executions, settings } = services;
  const running = (await table.queryQueue({ queue: runningQueue(run) })).map(parseShard);
  const silentSince = clock.now() - settings.graceMs;
  const silent = running.filter(({ state, leaseUntil = 0 }) => state === 'RUNNING' && leaseUntil < silentSince);
  const owners = new Set(silent.map(({ owner = '' }) => owner.slice(0, owner.lastIndexOf(':'))));
  for (const slot of await readSlots(table, run)) {
    if (slot.status !== 'STARTED' || !owners.has(slot.slot)) continue;
    await executions.stop('slot', slot.slot, SILENT.message);
    await freeShards({ slot, failure: SILENT }, services);
    await endSlot(table, slot);
  }
}

export interface FailedInvocation {
  readonly run: RunId;
  readonly slot: string;
  readonly failure: ShardFailure;
}

/** Frees the shards of an invocation that failed; its slot goes on as long as the run needs it. */
export async function recoverSlot({ run, slot: name, failure }: FailedInvocation, services: Services) {
  const { table, clock } = services;
  const slot = await readSlot(table, { run, slot: name });
  if (slot) await freeShards({ slot, failure }, services);
  const item = await table.get(runKey(run));
  const isOpen = item !== undefined && parseRun(item).state === 'OPEN';
  const goesOn = isOpen && slot?.status === 'STARTED' && slot.until > clock.now();
  if (slot && !goesOn) await endSlot(table, slot);
  const checkAt = new Date(clock.now() + BACK_OFF_MS).toISOString();
  return { outcome: goesOn ? ('idle' as const) : ('done' as const), checkAt };
}
