import type { DurationMs, MemoryMiB } from '../core/quantity.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import type { ShardRecord } from '../run/shard-record.ts';

/** What is known of the memory and CPU time of an operation's shards, and what still waits. */
export interface TierFacts {
  readonly type: string;
  /** The tier that the waiting shards are planned for, and the others, ascending. */
  readonly memoryMiB: MemoryMiB;
  readonly tiersMiB: readonly MemoryMiB[];
  readonly waitingCount: number;
  /** Their predicted time on one vCPU. */
  readonly waitingMs: DurationMs;
  /** Largest memory of each attempt that has ended; endless when it ran out of it. */
  readonly peaksMiB: readonly MemoryMiB[];
  /** CPU time over the time of attempts that have committed: 1 is never waiting. */
  readonly cpuShare: number;
}

/**
 * Gathers what a move of an operation's type to another tier is weighed by.
 *
 * @param attempts of the run, ended
 * @param records those of the operation
 * @returns nothing when no shard waits, or nothing has committed yet
 */
export function tierFacts(
  { attempts, records }: { readonly attempts: readonly ShardAttempt[]; readonly records: readonly ShardRecord[] },
  { tiersMiB, predictedMs }: { readonly tiersMiB: readonly MemoryMiB[]; predictedMs(record: ShardRecord): DurationMs },
): TierFacts | undefined {
  const waiting = records.filter(({ state }) => state === 'READY' || state === 'BLOCKED');
  const [first] = waiting;
  if (!first) return undefined;
  const own = attempts.filter(({ type }) => type === first.type);
  const committed = own.filter(({ outcome }) => outcome === 'committed');
  if (committed.length === 0) return undefined;
  const sum = (of: (attempt: ShardAttempt) => number) => committed.reduce((total, attempt) => total + of(attempt), 0);
  return {
    type: first.type,
    memoryMiB: first.memoryTierMiB,
    tiersMiB,
    waitingCount: waiting.length,
    waitingMs: waiting.reduce((total, record) => total + predictedMs(record), 0),
    peaksMiB: own.flatMap(({ outcome, error, peakMemoryMiB }) => {
      if (error === 'OutOfMemory') return [Number.POSITIVE_INFINITY];
      return outcome === 'committed' ? [peakMemoryMiB] : [];
    }),
    cpuShare: Math.min(
      1,
      sum(({ cpuMs }) => cpuMs) /
        Math.max(
          1,
          sum(({ durationMs }) => durationMs),
        ),
    ),
  };
}
