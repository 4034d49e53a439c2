import type { ShardId } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Settings } from '../core/settings.ts';
import { probedZones, type ZoneStarts } from '../plan/list-pools.ts';
import type { Plan } from '../plan/plan.ts';
import { REGIONAL } from '../plan/pool.ts';
import type { RunProgress } from '../run/run-progress.ts';
import { endOf, type ShardRecord } from '../run/shard-record.ts';
import type { Glance } from './glance.ts';
import { nextCheck } from './next-check.ts';
import { pace, remainingMs } from './pace.ts';
import type { Predictions } from './predictions.ts';

/**
 * A run is given this many looks, and this share of its age, after a plan before it is judged to have left it: a run of
 * any length is planned anew a few dozen times at most.
 */
const SETTLING_LOOKS = 4;
const SETTLING_SHARE = 1 / 8;

/**
 * A shard is looked into once it is beyond its interval by this many overheads: what has overrun by a time is expected to
 * need about that time again, and nobody cuts a shard for a rest of less than two overheads.
 */
const OVERDUE_OVERHEADS = 2;

/**
 * While no shard that runs is expected to need more overheads than this, none can be changed to a gain: a cut has to save
 * more, and a second attempt this much (lib/reshard/is-straggler.ts).
 */
const CHANGEABLE_OVERHEADS = 4;

/** Whole looks may take this share of the time: one at a run of many shards costs the table that the shards need. */
const LOOK_SHARE = 1 / 20;

/** Shards that a glance looks at; when none of them runs any more it counts what is done. */
const WITNESSES_MAX = 4;

/** What the monitor sees in one look. */
export interface RunLook {
  /** The moment at which everything had been seen. */
  readonly now: EpochMs;
  /** How long that took. */
  readonly tookMs: DurationMs;
  readonly startedAt: EpochMs;
  readonly progress: RunProgress;
  /** Indexes that were done when it began. */
  readonly doneCount: number;
  /** Shards that were to be claimed next, in each tier. */
  readonly heads: readonly ShardId[];
  /** Slots that work at copies. */
  readonly copyCount: number;
  /** The shards of the plan's canaries that are still waiting to be judged. */
  readonly canaries: readonly ShardRecord[];
  /** Ready shards, in tiers that no slot of the plan can take. */
  readonly strandedCount: number;
  /** Zones with slots to be had, of a run that is late and whose shards wait for some. */
  readonly roomIn: readonly string[];
  /** Slots that the plan grants now and that do not run. */
  readonly missingSlotCount: number;
  /** Zones in which new work may start now, and how many slots each may have. */
  readonly openZones: ZoneStarts;
  /** True while a backlog is open: what is not ready yet may still arrive. */
  readonly arriving: boolean;
  readonly plan: Plan;
  readonly predictions: Predictions;
  readonly settings: Settings;
}

export interface Observation {
  /**
   * `done`: nothing is left that could run; `lost`: a lease has run out, or nothing moves any more; `judged`: canaries have shown what they can;
   * `due`: slots of the plan are to be started; `drift`: reality has left the plan; `running`: all is as planned.
   */
  readonly outcome: 'done' | 'lost' | 'judged' | 'due' | 'drift' | 'running';
  /** When to look again. */
  readonly checkAt: EpochMs;
  /** What the glances until the next whole look go by. */
  readonly next: Glance;
}

/** Says what has become of a run since its plan was made, and when to look again. */
export function observeRun(look: RunLook): Observation {
  const expectedEndAt = look.arriving ? Math.max(look.now, look.plan.expectedEndAt) : look.now + remainingRunMs(look);
  const checkAt = nextCheck(look.now, expectedEndAt, look.settings);
  const restedAt = Math.max(checkAt, look.now + Math.ceil(look.tookMs / LOOK_SHARE));
  const next = {
    everyMs: checkAt - look.now,
    until: Math.min(restedAt, firstLossAt(look)),
    witnesses: witnesses(look),
    ...(look.canaries.length === 0 && { doneCount: look.doneCount, heads: [...look.heads] }),
  };
  return { outcome: outcomeOf(look, expectedEndAt), checkAt, next };
}

/** The first moment at which a lease may be lost: one that was seen, or one of a claim made since. */
function firstLossAt({ now, tookMs, progress, settings }: RunLook): EpochMs {
  const leaseEnds = progress.runningShards.map(({ leaseUntil = now }) => leaseUntil);
  return Math.min(now - tookMs + settings.leaseMs, ...leaseEnds) + settings.graceMs + 1;
}

/** Those that were claimed last are likely to run longest. */
function witnesses({ progress }: RunLook): ShardId[] {
  const youngest = progress.runningShards.toSorted((a, b) => (b.claimedAt ?? 0) - (a.claimedAt ?? 0));
  return youngest.slice(0, WITNESSES_MAX).map(({ shard }) => shard);
}

function outcomeOf(look: RunLook, expectedEndAt: EpochMs): Observation['outcome'] {
  const { now, progress, plan, settings } = look;
  if (progress.state !== 'running') return 'done';
  const lost = progress.runningShards.some(({ leaseUntil = now }) => leaseUntil + settings.graceMs < now);
  if (lost || hasStalled(look)) return 'lost';
  if (canariesHaveEnded(look)) return 'judged';
  if (look.strandedCount > 0 || zonesHaveChanged(look)) return 'drift';
  if (look.missingSlotCount > 0) return 'due';
  const settlingMs = Math.max(SETTLING_LOOKS * settings.monitorMinMs, SETTLING_SHARE * (now - look.startedAt));
  const settled = now - plan.madeAt > settlingMs;
  return settled && hasDrifted(look, expectedEndAt) ? 'drift' : 'running';
}

/**
 * Shards wait, and nothing is left that could set them free: what follows a commit was cut off by a crash or a throttled
 * table, and only a sweep finishes it. Once a canary has ended they may wait for what the next plan says of it.
 */
function hasStalled(look: RunLook): boolean {
  const { now, progress, canaries, plan, arriving, settings } = look;
  const count = (of: 'ready' | 'running' | 'blocked') =>
    progress.operations.reduce((sum, operation) => sum + operation[of], 0);
  const waits = count('blocked') > 0 && count('ready') + count('running') === 0;
  return (
    waits && !arriving && !canaries.some(hasEnded(look)) && now - plan.madeAt > SETTLING_LOOKS * settings.monitorMinMs
  );
}

/** A zone was drained or distrusted since the plan was made, takes part again, or is on probe no more. */
function zonesHaveChanged({ plan, openZones }: RunLook): boolean {
  if (plan.zones.length === 0) return false;
  return differ(plan.zones, [...openZones.keys()]) || differ(plan.probedZones, probedZones(openZones));
}

function differ(planned: readonly string[], seen: readonly string[]): boolean {
  return new Set(planned).symmetricDifference(new Set(seen)).size > 0;
}

function canariesHaveEnded(look: RunLook): boolean {
  return look.canaries.length > 0 && look.canaries.every(hasEnded(look));
}

/** One that waits in vain, behind a poisoned shard, has ended too. */
function hasEnded({ progress }: RunLook): (canary: ShardRecord) => boolean {
  return ({ state, shard }) =>
    state === 'DONE' || state === 'POISONED' || state === 'REMOVED' || progress.doomedShards.has(shard);
}

/** Late, out of slots or with more of them to be had, or a shard with enough left to be changed that is beyond its interval, or runs beside slots without work. */
function hasDrifted(look: RunLook, expectedEndAt: EpochMs): boolean {
  const { now, tookMs, plan, copyCount, progress, predictions, arriving, settings } = look;
  const running = progress.runningShards;
  if (expectedEndAt > plan.deadlineAt && plan.expectedEndAt <= plan.deadlineAt) return true;
  const readyCount = progress.operations.reduce((sum, { ready }) => sum + ready, 0);
  if (plan.grants.every(({ until }) => until <= now) && !(arriving && readyCount === 0)) return true;
  if (look.roomIn.some((zone) => look.openZones.has(zone) || zone === REGIONAL)) return true;
  // They were seen at the start of the look: they may have ended since.
  const seenAt = now - tookMs;
  const changeable = running.filter(
    (shard) => restMs(shard, seenAt, predictions) > CHANGEABLE_OVERHEADS * settings.shardOverheadMs,
  );
  const overdue = changeable.some((shard) => {
    const upperMs = predictions.need(shard)?.durationMs.upper ?? Number.POSITIVE_INFINITY;
    return seenAt - (shard.claimedAt ?? seenAt) > upperMs + OVERDUE_OVERHEADS * settings.shardOverheadMs;
  });
  const idle = readyCount === 0 && !arriving && running.length + copyCount < slotCount(plan, now);
  return overdue || (idle && (changeable.length > 0 || running.length === 0));
}

/** What a shard that runs still has to do; without a prediction it may be anything. */
function restMs(shard: ShardRecord, now: EpochMs, predictions: Predictions): DurationMs {
  const predictedMs = predictions.need(shard)?.durationMs.point;
  if (predictedMs === undefined) return Number.POSITIVE_INFINITY;
  const { range, cursor, claimedAt: startedAt = now } = shard;
  const watched = { state: 'running', start: range.start, end: endOf(shard), cursor, startedAt, predictedMs } as const;
  return remainingMs(watched, now, 1);
}

/** Slots that the plan grants at a moment, at least one: a run without any is waiting for its first. */
export function slotCount({ grants }: Plan, at: EpochMs): number {
  const active = grants.filter(({ from, until }) => from <= at && at < until);
  return Math.max(
    1,
    active.reduce((sum, grant) => sum + grant.slotCount, 0),
  );
}

/** The predicted work that is not done, at the pace of what is, shared by the slots. */
function remainingRunMs({ now, startedAt, progress, plan, predictions }: RunLook): DurationMs {
  let doneMs = 0;
  let openMs = 0;
  for (const { operation, total, done, doomed, poisoned } of progress.operations) {
    const wholeMs = predictions.operationMs(operation);
    const doneShare = (done + doomed + poisoned) / Math.max(1, total);
    doneMs += wholeMs * doneShare;
    openMs += wholeMs * (1 - doneShare);
  }
  const slots = slotCount(plan, now);
  const busy = Math.min(slots, Math.max(1, progress.runningShards.length));
  const runPace = doneMs > 0 ? pace([{ predictedMs: doneMs, actualMs: (now - startedAt) * busy }]) : 1;
  return (openMs * runPace) / slots;
}
