import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { ReshardRecord } from '../reshard/reshard-record.ts';

/** A shard of the simulated operation, or what was cut off one, or a copy of one. */
export interface Part {
  readonly id: string;
  readonly root: number;
  readonly start: number;
  end: number;
  readonly unitMs: DurationMs;
  readonly overheadMs: DurationMs;
  startedAt: EpochMs | undefined;
  /** How far it was at the last look. */
  cursor: number;
  /** How often it was begun again. */
  readonly attempts: number;
  /** The part that this one is a second attempt at. */
  readonly copyOf?: Part;
}

/** What is at work, and what waits for a slot in this order. */
export interface Parts {
  readonly waiting: Part[];
  readonly running: Part[];
}

export function partOf(index: number, durationMs: DurationMs, unitCount: number): Part {
  const unitMs = durationMs / unitCount;
  const rest = { start: 0, end: unitCount, unitMs, overheadMs: 0, startedAt: undefined, cursor: 0, attempts: 0 };
  return { id: `op/${index}`, root: index, ...rest };
}

export function durationOf({ start, end, unitMs, overheadMs }: Part): DurationMs {
  return overheadMs + (end - start) * unitMs;
}

export function endsAt(part: Part): EpochMs {
  return (part.startedAt ?? 0) + durationOf(part);
}

/** Where a decision cuts: each shard, with its tails. */
export function cutsOf({ cuts = [] }: ReshardRecord, { waiting, running }: Parts) {
  return cuts.flatMap(({ shard, cutsAt }) => {
    const victim = [...running, ...waiting].find(({ id }) => id === shard);
    return victim ? [{ victim, cutsAt }] : [];
  });
}

/** @returns the overhead that the cuts add */
export function cutParts(decision: ReshardRecord, parts: Parts, overheadMs: DurationMs): DurationMs {
  let addedMs = 0;
  for (const { victim, cutsAt } of cutsOf(decision, parts)) {
    const edges = [...cutsAt, victim.end];
    for (const [tail, at] of cutsAt.entries()) {
      const part = { ...victim, id: `${victim.id}.${at}`, start: at, end: edges[tail + 1] ?? at, cursor: at };
      parts.waiting.push({ ...part, overheadMs, startedAt: undefined });
    }
    victim.end = cutsAt[0] ?? victim.end;
    addedMs += cutsAt.length * overheadMs;
  }
  return addedMs;
}

/**
 * Puts a second attempt beside each shard of a decision, or in its place.
 *
 * @param freshMs how long a fresh attempt takes where the first was slow for its worker; nothing where the data are slow
 */
export function tryAgain(
  decision: ReshardRecord,
  parts: Parts,
  terms: { readonly overheadMs: DurationMs; readonly freshMs: DurationMs | undefined },
): void {
  for (const id of decision.shards ?? [decision.shard]) {
    const slow = parts.running.find((part) => part.id === id);
    if (!slow) continue;
    const unitMs = terms.freshMs === undefined ? slow.unitMs : terms.freshMs / (slow.end - slow.start);
    const again = { ...slow, unitMs, overheadMs: terms.overheadMs, startedAt: undefined, cursor: slow.start };
    if (decision.change === 'restart') {
      parts.running.splice(parts.running.indexOf(slow), 1);
      parts.waiting.push({ ...again, attempts: slow.attempts + 1 });
    } else parts.waiting.push({ ...again, id: `${slow.id}~`, copyOf: slow });
  }
}

/** Takes away what has ended, and with it the other attempt at the same part. */
export function endParts({ waiting, running }: Parts, now: EpochMs): { readonly won: number; readonly lost: number } {
  const ended = running.filter((part) => endsAt(part) <= now);
  const over = new Set(ended.flatMap((part) => [part, part.copyOf ?? part]));
  const others = [...running, ...waiting].filter(({ copyOf }) => copyOf && over.has(copyOf));
  for (const part of [...over, ...others]) {
    for (const list of [running, waiting]) if (list.includes(part)) list.splice(list.indexOf(part), 1);
  }
  const won = ended.filter(({ copyOf }) => copyOf && endsAt(copyOf) > now).length;
  return { won, lost: others.filter((part) => part.startedAt !== undefined && !ended.includes(part)).length };
}
