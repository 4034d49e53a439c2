import * as z from 'zod';
import type { DurationMs, EpochMs, MemoryMiB } from '../core/quantity.ts';
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
/** A slot without work asks this often, in shares of the time that it waits inside of its call, whether it is needed still. */
const NEEDED_LOOK_SHARE = 1 / 10;
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
  /** False once nothing new may start where the slot is, or the run has dropped it: it ends then. Asked ahead too, so that the answer is there when it is needed. lib/recover and lib/reshard decide. */
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
  let neededAt: EpochMs = Number.NEGATIVE_INFINITY;
  let ahead: Ahead | undefined;
  try {
    while (clock.now() < invocation.endsAt) {
      if (!(await work.mayClaim())) {
        await endSlot(services.table, work.slot);
        return answer('done', clock.now());
      }
      const shard = await claimNext(scope, ahead);
      ahead = undefined;
      if (shard === 'later') return answer('more', clock.now());
      if (shard) {
        idleSince = undefined;
        await workShard(shard, scope, () => {
          work.mayClaim().catch(() => undefined);
          if (!setsFree(shard)) ahead = lookAhead(scope);
        });
        continue;
      }
      await scope.flush();
      if (clock.now() - neededAt >= settings.lingerMs * NEEDED_LOOK_SHARE) {
        if (await slotIsOver(scope)) return answer('done', clock.now());
        neededAt = clock.now();
      }
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

/** Whose turn it was in the queue of the worker's own tier when a shard was about to be committed; nobody when that could not be read. */
type Ahead = Promise<readonly ShardRecord[]>;

/**
 * Looks who is next while a shard is committed: the two need not wait for one another. A claim holds only if its shard is
 * still as it was read.
 */
function lookAhead(scope: WorkScope): Ahead {
  return readyIn(scope.slot.memoryMiB, scope).catch(() => []);
}

/** Whose commit may set others free: they may come before all that was ready until then. */
function setsFree({ feeds, barrier }: ShardRecord): boolean {
  return barrier || feeds.length > 0;
}

function readyIn(memoryTierMiB: MemoryMiB, { slot, services }: WorkScope): Promise<readonly ShardRecord[]> {
  const { table, random } = services;
  return nextReady(table, { run: slot.run, memoryTierMiB, zone: slot.zone, limit: READY_LOOK_MAX, random });
}

/**
 * The worker's own tier first, its zone before others; then smaller tiers, whose shards fit as well.
 *
 * @param ahead tried before the queue is read
 * @returns nothing when none is ready; `later` when the first may not fit into this invocation
 */
async function claimNext(scope: WorkScope, ahead: Ahead | undefined): Promise<ShardRecord | 'later' | undefined> {
  const seen = ahead && (await claimFirst(await ahead, scope));
  if (seen) return seen;
  for (const memoryTierMiB of tiersUpTo(scope.slot.memoryMiB, scope.services.settings.tiersMiB)) {
    const claimed = await claimFirst(await readyIn(memoryTierMiB, scope), scope);
    if (claimed) return claimed;
  }
  return undefined;
}

/** The first of these that nobody else has taken meanwhile. */
async function claimFirst(ready: readonly ShardRecord[], scope: WorkScope): Promise<ShardRecord | 'later' | undefined> {
  const { clock, settings, table } = scope.services;
  const { leaseMs, graceMs, attemptMax } = settings;
  for (const shard of ready) {
    if (!fits(shard, scope)) return 'later';
    const aheadUnits = AHEAD_MS * (scope.paces.get(shard.operation) ?? 0);
    const claim = { owner: scope.invocation.owner, now: clock.now(), leaseMs, graceMs, attemptMax, aheadUnits };
    const claimed = await claimShard(table, shard, claim);
    if (claimed.claimed) return claimed.shard;
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
