import type { EpochMs } from '../core/quantity.ts';
import { type CanaryResult, judgeCanary } from '../plan/canary.ts';
import type { Canary } from '../plan/plan.ts';
import { workerCost } from '../plan/price.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import type { ShardRecord } from '../run/shard-record.ts';
import type { Predictions } from './predictions.ts';

export interface CanaryEvidence {
  /** The shards of the canaries, as they are. */
  readonly shards: ReadonlyMap<string, ShardRecord>;
  /** Committed attempts at them. */
  readonly attempts: readonly ShardAttempt[];
  /** Shards that wait in vain, behind a poisoned one: they show nothing, and are not waited for. */
  readonly doomed: ReadonlySet<string>;
  /** What was done before this moment and has no telemetry yet will have none: its worker died after the commit. */
  readonly silentBefore: EpochMs;
  readonly predictions: Predictions;
}

/** Judges every canary that still waits, by the attempts at its first shards. */
export function judgeCanaries(canaries: readonly Canary[], evidence: CanaryEvidence): readonly Canary[] {
  return canaries.map((canary) => {
    if (canary.verdict !== 'waiting') return canary;
    const shards = canary.shards.filter((shard) => !evidence.doomed.has(shard));
    const results = shards.flatMap((shard) => resultOf(shard, evidence) ?? []);
    return { ...canary, verdict: judgeCanary({ ...canary, shards }, results) };
  });
}

/** A commit that nobody told of speaks neither for the type nor against it. */
const UNSEEN: CanaryResult = { committed: true, covered: [], costUsd: 0, predictedCostUsd: 0 };

function resultOf(shard: string, evidence: CanaryEvidence): CanaryResult | undefined {
  const { shards, attempts, predictions, silentBefore } = evidence;
  const record = shards.get(shard);
  const attempt = attempts.find((one) => one.shard === shard && one.outcome === 'committed');
  const need = record && predictions.need(record);
  if (!record || !need) return undefined;
  if (record.state === 'POISONED') {
    return { committed: false, covered: [], costUsd: 0, predictedCostUsd: 0 };
  }
  // another shard has taken it in
  if (record.state === 'REMOVED') return UNSEEN;
  if (record.state !== 'DONE') return undefined;
  if (!attempt) return (record.doneAt ?? 0) < silentBefore ? UNSEEN : undefined;
  const { memoryTierMiB, durationMs, cpuMs, peakMemoryMiB } = attempt;
  return {
    committed: true,
    covered: [cpuMs <= need.cpuMs.upper, peakMemoryMiB <= need.memoryMiB.upper, durationMs <= need.durationMs.upper],
    costUsd: workerCost(memoryTierMiB, durationMs),
    predictedCostUsd: workerCost(memoryTierMiB, need.durationMs.point),
  };
}
