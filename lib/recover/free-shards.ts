import { collect } from '../core/collect.ts';
import { isCopy, originalOf } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import { storeAttempts } from '../run/attempt-store.ts';
import { readCopies, readShards } from '../run/read-shards.ts';
import { releaseShard } from '../run/release-shard.ts';
import type { ShardFailure, ShardRecord } from '../run/shard-record.ts';
import { endSlot, readSlots, type SlotRecord } from '../run/slot-store.ts';
import { judgeFailure } from './judge-failure.ts';
import { readOpenZones } from './zone-store.ts';

/** A slot whose worker has died, and how. */
export interface DeadSlot {
  readonly slot: Pick<SlotRecord, 'run' | 'slot' | 'zone' | 'memoryTierMiB'>;
  readonly failure: ShardFailure;
}

/**
 * Gives back what a dead worker held: its shards at once, without waiting for their leases.
 *
 * @returns the shards that were freed
 */
export async function freeShards(
  { slot, failure }: DeadSlot,
  { table, clock, settings }: Pick<Services, 'table' | 'clock' | 'settings'>,
): Promise<readonly ShardRecord[]> {
  const held = [...(await collect(readShards(table, slot.run))), ...(await collect(readCopies(table, slot.run)))];
  const zones = await readOpenZones({ table, clock, settings });
  const freed: ShardRecord[] = [];
  for (const shard of held) {
    if (shard.state !== 'RUNNING' || !shard.owner?.startsWith(`${slot.slot}:`)) continue;
    const now = clock.now();
    const verdict = judgeFailure(shard, { ...failure, zone: slot.zone }, { ...settings, zones });
    const release = await releaseShard(table, shard, { verdict, error: failure, now });
    if (!release.released) continue;
    freed.push(release.shard);
    // not before: a worker that was not so dead may have committed, and its own word stands
    await storeAttempts(table, [lostAttempt(shard, { slot, failure }, now)]);
  }
  return freed;
}

/** Ends every slot of a run whose execution has ended without a word, and frees what it held. */
export async function freeDeadSlots(
  run: string,
  services: Pick<Services, 'table' | 'clock' | 'settings' | 'executions'>,
): Promise<void> {
  const slots = await readSlots(services.table, run);
  for (const slot of slots.filter(({ status }) => status === 'STARTED')) {
    const execution = await services.executions.describe('slot', slot.slot);
    if (execution?.status === 'RUNNING') continue;
    const failure = { name: 'WorkerDied', message: `slot '${slot.slot}' ended without a word` };
    await freeShards({ slot, failure }, services);
    await endSlot(services.table, slot);
  }
}

/** What can be told of an attempt whose worker could not tell it itself. */
function lostAttempt(shard: ShardRecord, { slot, failure }: DeadSlot, now: EpochMs): ShardAttempt {
  const startedAt = shard.claimedAt ?? now;
  const durationMs: DurationMs = Math.max(0, now - startedAt);
  return {
    run: shard.run,
    shard: originalOf(shard.shard),
    ...(isCopy(shard.shard) && { copy: shard.shard }),
    operation: shard.operation,
    type: shard.type,
    epoch: shard.epoch,
    slot: slot.slot,
    zone: slot.zone,
    memoryTierMiB: slot.memoryTierMiB,
    startedAt,
    durationMs,
    startDelayMs: Math.max(0, startedAt - (shard.readyAt ?? startedAt)),
    cold: false,
    bytesIn: 0,
    bytesOut: 0,
    recordsIn: 0,
    recordsOut: 0,
    cpuMs: 0,
    peakMemoryMiB: 0,
    ioMs: 0,
    networkBytes: 0,
    outcome: 'failed',
    error: failure.name,
    context: {},
  };
}
