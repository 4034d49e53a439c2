import type { OpenOperation, OpenShard, ReshardRequest } from '../../lib/reshard/candidate.ts';

/** A shard that has run for 10 s of 10 s, and needs as long again as is said. */
export function running(id: string, remainingMs: number, changes: Partial<OpenShard> = {}): OpenShard {
  return {
    ...{ id, operation: 'op', state: 'running', start: 0, end: 1, cursor: 1, startedAt: 90_000 },
    ...{ predictedMs: 10_000, predictedUpperMs: 13_000, remainingMs, freshMs: 10_000, lastAttempt: false },
    ...changes,
  };
}

export function operationOf(shards: readonly OpenShard[], changes: Partial<OpenOperation> = {}): OpenOperation {
  return { id: 'op', slackMs: 0, overheadMs: 300, readerCount: 1, shards, ...changes };
}

/** Ten slots, of which those that the operation does not use are idle. */
export function requestOf(operations: readonly OpenOperation[], changes: Partial<ReshardRequest> = {}): ReshardRequest {
  return {
    ...{ now: 100_000, operations, slotCount: 10, slotMax: 10, startDelayMs: 600, lateChance: 1, earlier: [] },
    ...{ slotUsdPerMs: 3e-8, latenessUsdPerMs: 1e-6, requestUsd: 4e-7, copyCount: 0, copiesWon: 0, copiesEnded: 0 },
    ...changes,
  };
}
