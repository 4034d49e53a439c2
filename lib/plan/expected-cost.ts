import type { SlotGrant } from './plan.ts';
import { type RunCost, runCost } from './price.ts';

/** Writes and reads of the commit protocol for one shard: make, release, claim, one heartbeat, commit, two sets. */
const WRITES_PER_SHARD = 7;
const READS_PER_SHARD = 4;
/** One object in and one out. */
const GETS_PER_SHARD = 1;
const PUTS_PER_SHARD = 1;
/** Start, work, choice and end of a slot; shard, forecast, allocate, dispatch, finish and the choices between. */
const TRANSITIONS_PER_SLOT = 4;
const TRANSITIONS_PER_RUN = 16;
/** A worker goes on in another invocation after this. */
const INVOCATION_MS = 840_000;

export interface ExpectedUse {
  readonly shardCount: number;
  readonly gibSeconds: number;
  readonly grants: readonly SlotGrant[];
}

/** What a plan is expected to cost on AWS: workers for the time of their shards, and the bookkeeping around them. */
export function expectedCost({ shardCount, gibSeconds, grants }: ExpectedUse): RunCost {
  const slotCount = grants.reduce((sum, grant) => sum + grant.slotCount, 0);
  const requestCount = grants.reduce(
    (sum, { slotCount, from, until }) => sum + slotCount * Math.max(1, Math.ceil((until - from) / INVOCATION_MS)),
    0,
  );
  return runCost({
    gibSeconds,
    requestCount,
    transitionCount: TRANSITIONS_PER_RUN + TRANSITIONS_PER_SLOT * slotCount,
    writeCount: WRITES_PER_SHARD * shardCount,
    readCount: READS_PER_SHARD * shardCount,
    putCount: PUTS_PER_SHARD * shardCount,
    getCount: GETS_PER_SHARD * shardCount,
  });
}
