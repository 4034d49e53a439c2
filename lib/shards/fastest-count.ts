import type { DurationCurve } from './duration-curve.ts';
import type { WorkEstimate } from './work-estimate.ts';

/** A shard still pays when its work is this share of its start. */
const PAYING_WORK_SHARE = 0.5;
/** Times that differ by less are equal: then fewer shards, which cost less, win. */
const EQUAL_SHARE = 0.02;
/** One turn and several are so different that a change must save this much: estimates move by a few percent from run to run. */
const CHANGE_SHARE = 0.1;

/**
 * The number of shards with which an operation ends soonest. The curve often has two bottoms: one shard for each slot,
 * and many small ones in turn that even out what is uneven. Where both are nearly as low, the slightest change of an
 * estimate would decide; so the operation stays with the kind that its last run had, or has the one with fewer shards,
 * unless the other ends a tenth sooner.
 *
 * @param curve at least one count
 * @complexity O(counts)
 */
export function fastestCount(
  { counts, timesMs }: DurationCurve,
  { workMs, fixedMs, lastShardCount }: WorkEstimate,
  slotMax: number,
): number {
  const paying = counts.map((count, at) => ({ count, timeMs: timesMs[at] ?? 0 }));
  const choices = paying.filter(({ count }, at) => at === 0 || workMs / count >= PAYING_WORK_SHARE * fixedMs);
  const once = bottom(choices.filter(({ count }) => count <= slotMax));
  const inTurn = bottom(choices.filter(({ count }) => count > slotMax));
  if (!once || !inTurn) return (once ?? inTurn)?.count ?? 1;
  const stays = lastShardCount !== undefined && lastShardCount > slotMax ? inTurn : once;
  const changes = stays === once ? inTurn : once;
  return changes.timeMs < (1 - CHANGE_SHARE) * stays.timeMs ? changes.count : stays.count;
}

interface Choice {
  readonly count: number;
  readonly timeMs: number;
}

function bottom(choices: readonly Choice[]): Choice | undefined {
  const leastMs = choices.reduce((least, { timeMs }) => Math.min(least, timeMs), Number.POSITIVE_INFINITY);
  return choices.find(({ timeMs }) => timeMs <= (1 + EQUAL_SHARE) * leastMs);
}
