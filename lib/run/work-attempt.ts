import { isCopy, originalOf } from '../core/ids.ts';
import type { Outcome, ShardAttempt } from '../profile/shard-attempt.ts';
import type { Block } from './define-task.ts';
import type { ObjectTraffic } from './metered-objects.ts';
import type { ShardRecord } from './shard-record.ts';
import type { WorkScope } from './work-scope.ts';

/** Measures one attempt at one shard. */
export interface AttemptMeter {
  /** Counts the records that pass, and looks at the memory with each block. */
  counted(blocks: AsyncIterable<Block>): AsyncIterable<Block>;
  /** What the last block that passed was read from; nothing before the first. */
  reading(): string | undefined;
  wrote(output: { readonly bytes: number; readonly records: number }): void;
  /** The attempt's telemetry, now that it has ended. */
  ended(outcome: Outcome, error?: string): ShardAttempt;
}

/** Starts to measure an attempt. */
export function attemptMeter(shard: ShardRecord, traffic: Readonly<ObjectTraffic>, scope: WorkScope): AttemptMeter {
  const { slot, invocation, services, context } = scope;
  const { clock, meter } = services;
  const startedAt = clock.now();
  const cpuAtStartMs = meter.cpuMs();
  const cold = scope.firstShard();
  let peakMemoryMiB = meter.memoryMiB();
  const look = () => {
    peakMemoryMiB = Math.max(peakMemoryMiB, meter.memoryMiB());
  };
  let recordsIn = 0;
  let from: string | undefined;
  let written = { bytes: 0, records: 0 };
  return {
    async *counted(blocks) {
      for await (const block of blocks) {
        recordsIn += block.records.length;
        from = block.from;
        look();
        yield block;
      }
    },
    reading: () => from,
    wrote(output) {
      written = output;
    },
    ended(outcome, error) {
      look();
      const { bytesRead, bytesWritten, ioMs } = traffic;
      return {
        run: shard.run,
        shard: originalOf(shard.shard),
        ...(isCopy(shard.shard) && { copy: shard.shard }),
        operation: shard.operation,
        type: shard.type,
        epoch: shard.epoch,
        slot: slot.slot,
        zone: slot.zone,
        ...whereabouts(scope),
        memoryTierMiB: slot.memoryMiB,
        startedAt,
        durationMs: clock.now() - startedAt,
        startDelayMs: Math.max(0, startedAt - (shard.readyAt ?? startedAt)),
        cold: cold && invocation.cold,
        bytesIn: bytesRead,
        bytesOut: written.bytes,
        recordsIn,
        recordsOut: written.records,
        cpuMs: Math.max(0, meter.cpuMs() - cpuAtStartMs),
        peakMemoryMiB,
        ioMs,
        networkBytes: bytesRead + bytesWritten,
        outcome,
        ...(error !== undefined && { error }),
        context,
      };
    },
  };
}

/** A regional pool may run anywhere: no zone is wrong there. */
function whereabouts({ slot, invocation, services }: WorkScope): Pick<ShardAttempt, 'zoneId' | 'zoneMismatchCount'> {
  const { zoneId } = invocation;
  if (zoneId === undefined) return {};
  const { zones, zoneIds } = services.settings;
  const expected = zoneIds[zones.indexOf(slot.zone)];
  return expected === undefined ? { zoneId } : { zoneId, zoneMismatchCount: expected === zoneId ? 0 : 1 };
}
