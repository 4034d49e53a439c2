import type { DurationMs } from '../core/quantity.ts';
import {
  type Candidate,
  idleCount,
  netUsd,
  type OpenOperation,
  type OpenShard,
  type ReshardRequest,
  type ShardCut,
} from './candidate.ts';
import { finishTime } from './finish-time.ts';
import { reshardValue } from './reshard-value.ts';
import { splitPoints } from './split-points.ts';
import { tailsToLevel } from './tails-to-level.ts';

/**
 * A cut must save at least this share of the longest shard that it cuts. The rest of one that runs is known to half of what
 * its worker has taken ahead, that of one that waits is a prediction: a cut that saves little is one to be sorry for.
 */
const SAVED_SHARE = 0.4;
/** It must save as much as this many overheads, too: less is within the error of the overhead itself. */
const SAVED_OVERHEADS = 6;

/**
 * Weighs cutting the longest open shards of an operation, so many together that all parts end at about the same time:
 * of several that are equally slow none gains anything alone. A
 * shard whose copy is still expected to be first is left alone; a copy that is late shows that the data are slow. For each number of parts that finds idle slots, the one
 * with the best net gain.
 *
 * @returns nothing when no shard can be cut
 * @complexity O(n log n · log slots) for n open shards
 */
export function weighSplits(operation: OpenOperation, request: ReshardRequest): Candidate | undefined {
  const victims = operation.shards
    .filter(({ copyRestMs = 0 }) => copyRestMs <= 0)
    .toSorted((a, b) => b.remainingMs - a.remainingMs);
  const weighed = tailCounts(Math.max(1, idleCount(operation, request))).flatMap((tailCount) => {
    const waits = operation.shards.length + tailCount > request.slotCount && request.slotMax > request.slotCount;
    const priced = { ...operation, overheadMs: operation.overheadMs + (waits ? request.startDelayMs : 0) };
    const cuts = cutsOf(victims, priced, tailCount);
    return cuts.length > 0 ? [weighCuts(priced, request, cuts)] : [];
  });
  const [first, ...others] = weighed;
  return first && others.reduce((best, one) => (netUsd(one) > netUsd(best) ? one : best), first);
}

/** One tail, then about half as many again each time, up to one for each idle slot: the best lies near one of them. */
function tailCounts(most: number): readonly number[] {
  const counts: number[] = [];
  for (let count = 1; count < most; count = Math.ceil(count * 1.5)) counts.push(count);
  return [...counts, most];
}

function cutsOf(victims: readonly OpenShard[], operation: OpenOperation, tailCount: number): readonly Cut[] {
  const { overheadMs } = operation;
  const counts = tailsToLevel(
    victims.map(({ remainingMs }) => remainingMs),
    { overheadMs, tailCount },
  );
  return counts.flatMap((count, at) => {
    const victim = victims[at];
    const cutsAt = victim && count > 0 ? splitPoints(victim, { ...operation, tailCount: count }) : [];
    return victim && cutsAt.length > 0 ? [{ victim, shard: victim.id, cutsAt }] : [];
  });
}

interface Cut extends ShardCut {
  readonly victim: OpenShard;
}

function weighCuts(operation: OpenOperation, request: ReshardRequest, cuts: readonly Cut[]): Candidate {
  const { overheadMs, readerCount } = operation;
  const effect = effectOfCuts(operation, request, cuts);
  const newShardCount = cuts.reduce((sum, { cutsAt }) => sum + cutsAt.length, 0);
  const fanInRequests = newShardCount * readerCount;
  const value = reshardValue({ ...effect, newShardCount, overheadMs, lostWorkMs: 0, fanInRequests }, request);
  const [longest] = cuts.map(({ victim }) => victim);
  return {
    change: longest?.state === 'running' ? 'split-running' : 'split-waiting',
    operation: operation.id,
    shards: cuts.map(({ shard }) => shard),
    cuts: cuts.map(({ shard, cutsAt }) => ({ shard, cutsAt })),
    savedMs: effect.savedMs,
    ...value,
    churnMs: newShardCount * overheadMs,
    worth: effect.savedMs > leastSavedMs(operation, cuts) && netUsd(value) > 0,
    what: textOf(cuts),
  };
}

function leastSavedMs({ overheadMs }: OpenOperation, cuts: readonly Cut[]): DurationMs {
  return Math.max(SAVED_OVERHEADS * overheadMs, SAVED_SHARE * (cuts[0]?.victim.remainingMs ?? 0));
}

function textOf([first, ...others]: readonly Cut[]): string {
  if (!first) return '';
  const { victim, cutsAt } = first;
  const percent = Math.round((100 * ((cutsAt[0] ?? 0) - victim.start)) / (victim.end - victim.start));
  const parts = cutsAt.length > 1 ? ` into ${cutsAt.length + 1}` : '';
  return `${victim.id} at ${percent} %${parts}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

/** What the cuts do to the end of the operation, and through its slack to the workflow's. */
function effectOfCuts(
  { shards, overheadMs, slackMs }: OpenOperation,
  { slotCount, slotMax }: ReshardRequest,
  cuts: readonly Cut[],
): { readonly savedMs: DurationMs; readonly idleSavedMs: DurationMs } {
  const of = new Map(cuts.map(({ shard, cutsAt }) => [shard, cutsAt]));
  const rests = (state: OpenShard['state'], restOf: (shard: OpenShard) => DurationMs) =>
    shards.filter((shard) => shard.state === state).map(restOf);
  const whole = ({ remainingMs }: OpenShard) => remainingMs;
  const head = (shard: OpenShard) => partsOf(shard, of.get(shard.id) ?? [], overheadMs).headMs;
  const tails = cuts.flatMap(({ victim, cutsAt }) => partsOf(victim, cutsAt, overheadMs).tailsMs);
  const before = finishTime(rests('running', whole), rests('waiting', whole), slotMax);
  const after = finishTime(rests('running', head), [...rests('waiting', head), ...tails], slotMax);
  const idleSavedMs = Math.max(0, before - after) * slotCount;
  return { savedMs: Math.max(0, before - after - Math.max(0, slackMs)), idleSavedMs };
}

/** The rest is shared by units; each tail pays its start. */
function partsOf({ cursor, end, remainingMs }: OpenShard, cutsAt: readonly number[], overheadMs: DurationMs) {
  if (cutsAt.length === 0) return { headMs: remainingMs, tailsMs: [] };
  const unitMs = remainingMs / (end - cursor);
  const tailsMs = cutsAt.map((at, tail) => ((cutsAt[tail + 1] ?? end) - at) * unitMs + overheadMs);
  return { headMs: ((cutsAt[0] ?? end) - cursor) * unitMs, tailsMs };
}
