import { COUNTED_USE } from './counted-use.ts';
import type { SlotGrant } from './plan.ts';
import { type RunCost, runCost } from './price.ts';

/** One object in and one out. */
const GETS_PER_SHARD = 1;
const PUTS_PER_SHARD = 1;
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
    transitionCount: COUNTED_USE.transitionsPerRun + COUNTED_USE.transitionsPerSlot * slotCount,
    writeCount: COUNTED_USE.writesPerShard * shardCount,
    readCount: COUNTED_USE.readsPerShard * shardCount,
    putCount: PUTS_PER_SHARD * shardCount,
    getCount: GETS_PER_SHARD * shardCount,
  });
}
