import * as z from 'zod';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import { claimShard } from './claim-shard.ts';
import { nextReady } from './next-ready.ts';
import { parseRun, runKey } from './run-record.ts';
import type { ShardRecord } from './shard-record.ts';
import { endSlot, readSlot, type SlotRecord } from './slot-store.ts';
import { runScope, type WorkScope } from './work-scope.ts';
import { workShard } from './work-shard.ts';

/** Shards in front of the queue that a worker looks at: enough that slots which start together do not all want one. */
const READY_LOOK_MAX = 8;
/** What a claim takes at once, at the pace of the operation's shard before, which may be a wrong guess. */
const AHEAD_MS: DurationMs = 250;
/** Without work a slot rests outside of its call for this share of the time that it has waited inside. */
const REST_SHARE = 1 / 5;
/** A shard may take this many times what the longest of its operation took here, and still end with its invocation. */
const FIT_FACTOR = 4;

/** One slot: a unit of a pool's concurrency that works for a run. */
export const Slot = z.strictObject({
  run: z.string(),
  slot: z.string(),
  pool: z.string(),
  zone: z.string(),
  memoryMiB: z.number().positive(),
});
export type Slot = z.infer<typeof Slot>;

export interface Invocation {
  /** Unique for this call of the worker function. */
  readonly owner: string;
  /** True for the first call in an execution environment. */
  readonly cold: boolean;
  /** The physical zone in which it runs, where that is known. */
  readonly zoneId?: string;
  /** Later only shards are claimed that surely end with the invocation. */
  readonly claimUntil: EpochMs;
  /** When the worker must have answered. */
  readonly endsAt: EpochMs;
}

export interface SlotWork extends Pick<WorkScope, 'slot' | 'invocation' | 'judge'> {
  /** False once nothing new may start where the slot is: it ends then. lib/recover decides. */
  mayClaim(): Promise<boolean>;
}

/** `more`: its time ran low, call again; `idle`: nothing is ready now, wait; `done`: the run has no more use for it. */
export interface WorkResult {
  readonly outcome: 'more' | 'idle' | 'done';
  /** When an idle slot should look again. */
  readonly checkAt: string;
}

/**
 * One invocation of a worker: claims the ready shard of highest priority, executes and commits it, and takes the next,
 * until none is ready, the run is over, the next may not fit into its time or its zone is closed.
 */
export async function workSlot(work: SlotWork, services: Services): Promise<WorkResult> {
  const { clock, settings } = services;
  const { invocation } = work;
  const scope = await runScope(work, services);
  let idleSince: EpochMs | undefined;
  try {
    while (clock.now() < invocation.endsAt) {
      if (!(await work.mayClaim())) {
        await endSlot(services.table, work.slot);
        return answer('done', clock.now());
      }
      const shard = await claimNext(scope);
      if (shard === 'later') return answer('more', clock.now());
      if (shard) {
        idleSince = undefined;
        await workShard(shard, scope);
        continue;
      }
      await scope.flush();
      if (await slotIsOver(scope)) return answer('done', clock.now());
      idleSince ??= clock.now();
      if (clock.now() - idleSince >= settings.lingerMs)
        return answer('idle', clock.now() + settings.lingerMs * REST_SHARE);
      await clock.sleep(settings.pollMs);
    }
    return answer('more', clock.now());
  } finally {
    await scope.flush();
  }
}

function answer(outcome: WorkResult['outcome'], checkAt: EpochMs): WorkResult {
  return { outcome, checkAt: new Date(checkAt).toISOString() };
}

/**
 * The worker's own tier first, its zone before others; then smaller tiers, whose shards fit as well.
 *
 * @returns nothing when none is ready; `later` when the first may not fit into this invocation
 */
async function claimNext(scope: WorkScope): Promise<ShardRecord | 'later' | undefined> {
  const { slot, services, invocation } = scope;
  const { clock, settings, table } = services;
  for (const memoryTierMiB of tiersUpTo(slot.memoryMiB, settings.tiersMiB)) {
    const query = { run: slot.run, memoryTierMiB, zone: slot.zone, limit: READY_LOOK_MAX, random: services.random };
    for (const shard of await nextReady(table, query)) {
      if (!fits(shard, scope)) return 'later';
      const { leaseMs, graceMs, attemptMax } = settings;
      const aheadUnits = AHEAD_MS * (scope.paces.get(shard.operation) ?? 0);
      const claim = { owner: invocation.owner, now: clock.now(), leaseMs, graceMs, attemptMax, aheadUnits };
      const claimed = await claimShard(table, shard, claim);
      if (claimed.claimed) return claimed.shard;
    }
  }
  return undefined;
}

/** One that has failed before gets all the time that there is: it may have lacked it. */
function fits({ operation, attempts }: ShardRecord, { services, invocation, longestMs }: WorkScope): boolean {
  const now = services.clock.now();
  if (now < invocation.claimUntil) return true;
  const longest = longestMs.get(operation);
  return attempts === 0 && longest !== undefined && now + FIT_FACTOR * longest <= invocation.endsAt;
}

function tiersUpTo(memoryMiB: number, tiersMiB: readonly number[]): readonly number[] {
  return tiersMiB.filter((tier) => tier <= memoryMiB).toReversed();
}

/** A slot outlives its grant by this share of it: plans are a little wrong, and a new start costs more. */
const OVERTIME_SHARE = 1 / 4;

/** Nothing is ready for it, and the run has ended or the plan has long ceased to grant the slot. */
async function slotIsOver({ slot, services }: WorkScope): Promise<boolean> {
  const { table, clock, settings } = services;
  const [run, record] = await Promise.all([table.get(runKey(slot.run)), readSlot(table, slot)]);
  const ended = run === undefined || parseRun(run).state === 'ENDED';
  const over = ended || (record !== undefined && overtimeEnd(record, settings.lingerMs) < clock.now());
  if (over) await endSlot(table, slot);
  return over;
}

function overtimeEnd({ startedAt, until }: SlotRecord, lingerMs: DurationMs): EpochMs {
  return until + Math.max(lingerMs, OVERTIME_SHARE * (until - startedAt));
}
