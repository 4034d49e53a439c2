import type { ShardAttempt } from '../../lib/profile/shard-attempt.ts';

/** A plausible attempt; a test says only what it is about. */
export function anAttempt(changes: Partial<ShardAttempt> = {}): ShardAttempt {
  return {
    run: 'run-1',
    shard: 'clean/0',
    operation: 'clean',
    type: 'clean@1',
    epoch: 1,
    slot: 'slot-1',
    zone: 'use1-az1',
    memoryTierMiB: 1_769,
    startedAt: 1_700_000_000_000,
    durationMs: 1_000,
    startDelayMs: 20,
    cold: false,
    bytesIn: 1_000_000,
    bytesOut: 500_000,
    recordsIn: 10_000,
    recordsOut: 5_000,
    cpuMs: 800,
    peakMemoryMiB: 200,
    ioMs: 200,
    networkBytes: 1_500_000,
    outcome: 'committed',
    context: {},
    ...changes,
  };
}
