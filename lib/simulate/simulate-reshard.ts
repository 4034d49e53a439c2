import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { nextCheck } from '../observe/next-check.ts';
import { remainingMs } from '../observe/pace.ts';
import { rootPace, type WorkedPart } from '../observe/root-pace.ts';
import { decideReshard, type OpenOperation, type ReshardRequest } from '../reshard/decide-reshard.ts';
import { finishTime } from '../reshard/finish-time.ts';
import type { ReshardRecord } from '../reshard/reshard-record.ts';

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
}

export interface ReshardOutcome {
  readonly finishMs: number;
  /** True work, without what re-sharding added. */
  readonly workMs: DurationMs;
  readonly reshardCount: number;
  /** Overhead of everything that was cut off. */
  readonly addedMs: DurationMs;
  /** Re-shards that were not worth their cost, had the true durations been known. */
  readonly regrettedCount: number;
}

interface Part {
  readonly id: string;
  readonly root: number;
  readonly start: number;
  end: number;
  readonly unitMs: DurationMs;
  readonly overheadMs: DurationMs;
  startedAt: EpochMs | undefined;
  /** How far it was at the last look. */
  cursor: number;
}

/** A worker takes this much work at once. */
const AHEAD_MS: DurationMs = 1_000;

/**
 * Runs an operation on slots against a virtual clock, with the very decisions of a run: looks at the monitor's pace,
 * remaining times by cursor, and the resharder's cuts when slots are idle or a shard is beyond its interval.
 *
 * @complexity O(looks · n log n) for n shards
 */
export function simulateReshard(scene: ReshardScene): ReshardOutcome {
  const waiting = scene.trueMs.map((durationMs, index) => partOf(index, durationMs, scene.unitCount));
  const running: Part[] = [];
  const earlier: ReshardRecord[] = [];
  let regrettedCount = 0;
  let addedMs = 0;
  let now: EpochMs = 0;
  let lookAt: EpochMs = scene.looks.monitorMinMs;
  while (waiting.length + running.length > 0) {
    for (const part of running.filter((one) => endsAt(one) <= now)) running.splice(running.indexOf(part), 1);
    start(waiting, running, { now, slotCount: scene.slotCount });
    if (now >= lookAt) {
      const request = requestOf(scene, { waiting, running, now, earlier });
      const open = request.operations[0]?.shards ?? [];
      const decision = scene.reshards && drifts(scene, running, now) ? decideReshard(request)[0] : undefined;
      if (decision?.taken) {
        earlier.push(decision);
        if (isRegretted(decision, { scene, waiting, running, now })) regrettedCount += 1;
        addedMs += cut(decision, { scene, waiting, running });
        start(waiting, running, { now, slotCount: scene.slotCount });
      }
      const restMs = open.reduce((sum, shard) => sum + shard.remainingMs, 0) / scene.slotCount;
      lookAt = nextCheck(now, now + restMs, scene.looks);
    }
    if (running.length > 0) now = Math.min(lookAt, ...running.map(endsAt));
  }
  const workMs = scene.trueMs.reduce((sum, durationMs) => sum + durationMs, 0);
  return { finishMs: now, workMs, reshardCount: earlier.length, addedMs, regrettedCount };
}

function partOf(index: number, durationMs: DurationMs, unitCount: number): Part {
  const unitMs = durationMs / unitCount;
  return {
    id: `op/${index}`,
    root: index,
    start: 0,
    end: unitCount,
    unitMs,
    overheadMs: 0,
    startedAt: undefined,
    cursor: 0,
  };
}

function durationOf({ start, end, unitMs, overheadMs }: Part): DurationMs {
  return overheadMs + (end - start) * unitMs;
}

function endsAt(part: Part): EpochMs {
  return (part.startedAt ?? 0) + durationOf(part);
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

interface Moment {
  readonly waiting: Part[];
  readonly running: Part[];
  readonly now: EpochMs;
}

function requestOf(
  scene: ReshardScene,
  { waiting, running, now, earlier }: Moment & { readonly earlier: readonly ReshardRecord[] },
): ReshardRequest {
  const share = ({ start: first, end }: Part) => (end - first) / scene.unitCount;
  for (const part of running) part.cursor = cursorOf(part, now);
  const paceOf = ({ root, start: first, end }: Part) => {
    if (end - first === scene.unitCount) return 1;
    return rootPace(running.filter((part) => part.root === root).map((part) => workedPart(part, scene, now)));
  };
  const shards = [...running, ...waiting].map((part): OpenOperation['shards'][number] => {
    const shard = {
      ...{ id: part.id, operation: 'op', start: part.start, end: part.end, cursor: part.cursor },
      state: part.startedAt === undefined ? ('waiting' as const) : ('running' as const),
      predictedMs: scene.predictedMs * share(part),
      predictedUpperMs: scene.upperMs * share(part),
      ...(part.startedAt !== undefined && { startedAt: part.startedAt }),
    };
    return { ...shard, remainingMs: remainingMs(shard, now, paceOf(part)) };
  });
  const { slotCount, overheadMs, prices } = scene;
  const operation = { id: 'op', slackMs: 0, overheadMs, readerCount: 1, shards };
  return { now, operations: [operation], slotCount, slotMax: slotCount, startDelayMs: 0, ...prices, earlier };
}

function workedPart({ start: first, end, cursor, startedAt = 0 }: Part, scene: ReshardScene, now: EpochMs): WorkedPart {
  const takenShare = (cursor - first) / (end - first);
  const predictedMs = (scene.predictedMs * (end - first)) / scene.unitCount;
  return { takenShare, predictedMs, startedAt, workedUntil: now };
}

/** A worker takes a second of work at once, and at least a unit. */
function cursorOf({ start: first, end, unitMs, overheadMs, startedAt = 0 }: Part, now: EpochMs): number {
  const workedMs = Math.max(0, now - startedAt - overheadMs);
  const takenAtOnce = 1 + Math.floor(AHEAD_MS / unitMs);
  const stepCount = 1 + Math.floor(workedMs / unitMs / takenAtOnce);
  return Math.min(end, first + stepCount * takenAtOnce);
}

/** With the true rests: the operation ends no sooner for it, or not so much that it pays. */
function isRegretted(
  decision: ReshardRecord,
  { scene, waiting, running, now }: Moment & { readonly scene: ReshardScene },
): boolean {
  const victim = [...running, ...waiting].find(({ id }) => id === decision.shard);
  const { cutsAt = [] } = decision;
  if (!victim) return true;
  const trueRest = (part: Part) => (part.startedAt === undefined ? durationOf(part) : endsAt(part) - now);
  const edges = [...cutsAt, victim.end];
  const tails = cutsAt.map((at, tail) => ((edges[tail + 1] ?? at) - at) * victim.unitMs + scene.overheadMs);
  const cutMs = (victim.end - (cutsAt[0] ?? victim.end)) * victim.unitMs;
  const rests = (head: DurationMs, parts: readonly Part[]) =>
    parts.map((part) => (part === victim ? head : trueRest(part)));
  const before = finishTime(running.map(trueRest), waiting.map(trueRest), scene.slotCount);
  const head = trueRest(victim) - cutMs;
  const after = finishTime(rests(head, running), [...rests(head, waiting), ...tails], scene.slotCount);
  const { slotUsdPerMs, latenessUsdPerMs, lateChance } = scene.prices;
  const gainUsd = (before - after) * (lateChance * latenessUsdPerMs + slotUsdPerMs * scene.slotCount);
  return gainUsd < decision.costUsd;
}

/** @returns the overhead that it adds */
function cut(
  { shard, cutsAt = [] }: ReshardRecord,
  { scene, waiting, running }: Pick<Moment, 'waiting' | 'running'> & { readonly scene: ReshardScene },
): DurationMs {
  const victim = [...running, ...waiting].find(({ id }) => id === shard);
  if (!victim) return 0;
  const edges = [...cutsAt, victim.end];
  for (const [tail, at] of cutsAt.entries()) {
    const part = { ...victim, id: `${victim.id}.${at}`, start: at, end: edges[tail + 1] ?? at, cursor: at };
    waiting.push({ ...part, overheadMs: scene.overheadMs, startedAt: undefined });
  }
  victim.end = cutsAt[0] ?? victim.end;
  return cutsAt.length * scene.overheadMs;
}
