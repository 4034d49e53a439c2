import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { nextCheck } from '../observe/next-check.ts';
import { remainingMs } from '../observe/pace.ts';
import { rootPace, type WorkedPart } from '../observe/root-pace.ts';
import type { OpenShard, ReshardRequest } from '../reshard/candidate.ts';
import { decideReshard } from '../reshard/decide-reshard.ts';
import { finishTime } from '../reshard/finish-time.ts';
import type { ReshardRecord } from '../reshard/reshard-record.ts';
import {
  cutParts,
  cutsOf,
  durationOf,
  endParts,
  endsAt,
  type Part,
  type Parts,
  partOf,
  tryAgain,
} from './reshard-parts.ts';

/** One operation whose shards were predicted to be alike. */
export interface ReshardScene {
  /** How long each shard really takes, in the order in which they are claimed. */
  readonly trueMs: readonly DurationMs[];
  readonly predictedMs: DurationMs;
  /** Upper end of the prediction's interval: beyond it a shard is drift. */
  readonly upperMs: DurationMs;
  /** Units that each shard can be cut to. */
  readonly unitCount: number;
  readonly slotCount: number;
  /** What each part that is cut off pays before its first unit. */
  readonly overheadMs: DurationMs;
  readonly looks: { readonly monitorMinMs: number; readonly monitorMaxMs: number };
  readonly prices: Pick<ReshardRequest, 'slotUsdPerMs' | 'latenessUsdPerMs' | 'requestUsd' | 'lateChance'>;
  readonly reshards: boolean;
  /**
   * How long a second attempt takes: slow is the worker then.
   *
   * @default - as long as the first: slow are the data
   */
  readonly freshMs?: DurationMs;
}

export interface ReshardOutcome {
  readonly finishMs: number;
  /** True work, without what re-sharding added. */
  readonly workMs: DurationMs;
  readonly reshardCount: number;
  /** Overhead of everything that was cut off, and work that was done twice. */
  readonly addedMs: DurationMs;
  /** Cuts that were not worth their cost, had the true durations been known. */
  readonly regrettedCount: number;
  /** Copies that were first. */
  readonly copiesWon: number;
}

/** The shortest and the longest lead that a worker takes. */
const LEAD_MIN_MS: DurationMs = 1_000;
const LEAD_MAX_MS: DurationMs = 4_000;

/**
 * Runs an operation on slots against a virtual clock, with the very decisions of a run: looks at the monitor's pace,
 * remaining times by cursor, and the resharder's cuts when slots are idle or a shard is beyond its interval.
 *
 * @complexity O(looks · n log n) for n shards
 */
export function simulateReshard(scene: ReshardScene): ReshardOutcome {
  const parts: Parts = {
    waiting: scene.trueMs.map((durationMs, index) => partOf(index, durationMs, scene.unitCount)),
    running: [],
  };
  const tally = { regretted: 0, addedMs: 0, won: 0, ended: 0 };
  const earlier: ReshardRecord[] = [];
  let now: EpochMs = 0;
  let lookAt: EpochMs = scene.looks.monitorMinMs;
  while (parts.waiting.length + parts.running.length > 0) {
    const { won, lost } = endParts(parts, now);
    tally.won += won;
    tally.ended += won + lost;
    start(parts.waiting, parts.running, { now, slotCount: scene.slotCount });
    if (now >= lookAt) {
      const request = requestOf(scene, { ...parts, now, earlier, tally });
      const open = request.operations[0]?.shards ?? [];
      const decisions = scene.reshards && drifts(scene, parts.running, now) ? decideReshard(request) : [];
      for (const decision of decisions.filter(({ taken }) => taken)) {
        earlier.push(decision);
        if (decision.cuts && isRegretted(decision, { scene, ...parts, now })) tally.regretted += 1;
        tally.addedMs += make(decision, parts, scene);
        start(parts.waiting, parts.running, { now, slotCount: scene.slotCount });
      }
      const restMs = open.reduce((sum, shard) => sum + shard.remainingMs, 0) / scene.slotCount;
      lookAt = nextCheck(now, now + restMs, scene.looks);
    }
    if (parts.running.length > 0) now = Math.min(lookAt, ...parts.running.map(endsAt));
  }
  const workMs = scene.trueMs.reduce((sum, durationMs) => sum + durationMs, 0);
  const { regretted: regrettedCount, addedMs, won: copiesWon } = tally;
  return { finishMs: now, workMs, reshardCount: earlier.length, addedMs, regrettedCount, copiesWon };
}

/** @returns the work that it adds, as it was decided on */
function make(decision: ReshardRecord, parts: Parts, scene: ReshardScene): DurationMs {
  const { overheadMs, freshMs } = scene;
  if (decision.cuts) return cutParts(decision, parts, overheadMs);
  tryAgain(decision, parts, { overheadMs, freshMs });
  return decision.churnMs ?? 0;
}

function start(waiting: Part[], running: Part[], at: { readonly now: EpochMs; readonly slotCount: number }): void {
  while (running.length < at.slotCount && waiting.length > 0) {
    const [next] = waiting.splice(0, 1);
    if (next) running.push(Object.assign(next, { startedAt: at.now }));
  }
}

/** As the monitor judges it: slots without work beside shards that are being worked, or a shard beyond its interval. */
function drifts(scene: ReshardScene, running: readonly Part[], now: EpochMs): boolean {
  if (running.length < scene.slotCount) return true;
  return running.some(({ startedAt = now, start: first, end }) => {
    return now - startedAt > (scene.upperMs * (end - first)) / scene.unitCount;
  });
}

interface Moment extends Parts {
  readonly now: EpochMs;
}

interface Asked extends Moment {
  readonly earlier: readonly ReshardRecord[];
  readonly tally: { readonly won: number; readonly ended: number };
}

function requestOf(scene: ReshardScene, { waiting, running, now, earlier, tally }: Asked): ReshardRequest {
  const share = ({ start: first, end }: Part) => (end - first) / scene.unitCount;
  for (const part of running) part.cursor = cursorOf(part, now);
  const paceOf = ({ root, start: first, end }: Part) => {
    if (end - first === scene.unitCount) return 1;
    return rootPace(running.filter((part) => part.root === root).map((part) => workedPart(part, scene, now)));
  };
  const all = [...running, ...waiting];
  const copies = new Map(all.flatMap((part) => (part.copyOf ? [[part.copyOf, part] as const] : [])));
  const own = all.filter(({ copyOf }) => copyOf === undefined);
  const shards = own.map((part): OpenShard => {
    const shard = {
      ...{ id: part.id, operation: 'op', start: part.start, end: part.end, cursor: part.cursor },
      state: part.startedAt === undefined ? ('waiting' as const) : ('running' as const),
      predictedMs: scene.predictedMs * share(part),
      predictedUpperMs: scene.upperMs * share(part),
      ...(part.startedAt !== undefined && { startedAt: part.startedAt }),
    };
    const pace = paceOf(part);
    return {
      ...shard,
      remainingMs: remainingMs(shard, now, pace),
      freshMs: shard.predictedMs * pace,
      ...copyRest(copies.get(part), shard.predictedMs * pace, now),
      lastAttempt: part.attempts > 0,
    };
  });
  const { slotCount, overheadMs, prices } = scene;
  const operation = { id: 'op', slackMs: 0, overheadMs, readerCount: 1, shards };
  const copyCounts = { copyCount: all.length - own.length, copiesWon: tally.won, copiesEnded: tally.ended };
  return {
    now,
    operations: [operation],
    slotCount,
    slotMax: slotCount,
    startDelayMs: 0,
    ...prices,
    ...copyCounts,
    earlier,
  };
}

function copyRest(copy: Part | undefined, freshMs: DurationMs, now: EpochMs): Pick<OpenShard, 'copyRestMs'> {
  return copy ? { copyRestMs: freshMs - (now - (copy.startedAt ?? now)) } : {};
}

function workedPart({ start: first, end, cursor, startedAt = 0 }: Part, scene: ReshardScene, now: EpochMs): WorkedPart {
  const takenShare = (cursor - first) / (end - first);
  const predictedMs = (scene.predictedMs * (end - first)) / scene.unitCount;
  return { takenShare, predictedMs, startedAt, workedUntil: now };
}

/** As workers do (`lib/run/work-blocks.ts`): half of the rest at once, within a shortest and a longest lead, and at least a unit. */
function cursorOf({ start: first, end, unitMs, overheadMs, startedAt = 0 }: Part, now: EpochMs): number {
  const worked = first + Math.max(0, now - startedAt - overheadMs) / unitMs;
  const [least, most] = [1 + LEAD_MIN_MS / unitMs, 1 + LEAD_MAX_MS / unitMs];
  let cursor = first;
  while (cursor <= worked && cursor < end) {
    const lead = Math.floor(Math.min(most, Math.max(least, (end - cursor) / 2)));
    cursor = end - cursor - lead < least ? end : cursor + lead;
  }
  return cursor;
}

/** With the true rests: the operation ends no sooner for it, or not so much that it pays. */
function isRegretted(
  decision: ReshardRecord,
  { scene, waiting, running, now }: Moment & { readonly scene: ReshardScene },
): boolean {
  const cuts = new Map(cutsOf(decision, { waiting, running }).map(({ victim, cutsAt }) => [victim, cutsAt]));
  const trueRest = (part: Part) => (part.startedAt === undefined ? durationOf(part) : endsAt(part) - now);
  const tails = [...cuts].flatMap(([{ end, unitMs }, cutsAt]) => {
    const edges = [...cutsAt, end];
    return cutsAt.map((at, tail) => ((edges[tail + 1] ?? at) - at) * unitMs + scene.overheadMs);
  });
  const headRest = (part: Part) => trueRest(part) - (part.end - (cuts.get(part)?.[0] ?? part.end)) * part.unitMs;
  const own = (list: readonly Part[], restOf: (part: Part) => DurationMs) =>
    list.filter(({ copyOf }) => copyOf === undefined).map(restOf);
  const before = finishTime(own(running, trueRest), own(waiting, trueRest), scene.slotCount);
  const after = finishTime(own(running, headRest), [...own(waiting, headRest), ...tails], scene.slotCount);
  const { slotUsdPerMs, latenessUsdPerMs, lateChance } = scene.prices;
  const gainUsd = (before - after) * (lateChance * latenessUsdPerMs + slotUsdPerMs * scene.slotCount);
  return gainUsd < decision.costUsd;
}
