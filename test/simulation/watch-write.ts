import { collect } from '../../lib/core/collect.ts';
import { isCopy } from '../../lib/core/ids.ts';
import type { ItemKey, Write } from '../../lib/ports/table.ts';
import { OutputManifest } from '../../lib/run/input/output-manifest.ts';
import { needParts } from '../../lib/run/need-parts.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { runKey } from '../../lib/run/run-record.ts';
import { endOf, parseShard, queueOf, type ShardRecord } from '../../lib/run/shard-record.ts';
import { type Actor, violate, type World } from './world.ts';

interface WriteContext {
  readonly actor: Actor;
  /** The caller's clock when it made the call. */
  readonly calledAt: number;
  readonly key: ItemKey;
}

/** What a worker of the simulation puts out: which units it has read, piece by piece. */
export type Pieces = readonly (readonly [number, number])[];

/** Applies a write, and looks at what it did to a shard. */
export async function watchWrite(world: World, context: WriteContext, apply: () => Promise<Write>): Promise<Write> {
  if (!/^(?:SHARD|COPY)#/.test(context.key.sort)) return apply();
  const before = await world.table.get(context.key);
  const write = await apply();
  if (!write.applied) return write;
  const now = parseShard(write.item);
  if (JSON.stringify(queueOf(now)) !== JSON.stringify(listing(write.item))) {
    violate(world, `${now.shard} is ${now.state}, but listed under ${write.item.queue} at ${write.item.rank}`);
  }
  if (before) await watchChange(world, context, { old: parseShard(before), now });
  return write;
}

function listing({ queue, rank }: { readonly queue?: string; readonly rank?: string }) {
  return queue === undefined && rank === undefined ? undefined : { queue, rank };
}

interface ShardChange {
  readonly old: ShardRecord;
  readonly now: ShardRecord;
}

async function watchChange(world: World, context: WriteContext, change: ShardChange): Promise<void> {
  const { old, now } = change;
  const broken = [
    ...finality(change),
    ...fencing(change),
    ...cutting(change),
    ...leasing(world, context, change),
    ...(now.state === 'DONE' && old.state !== 'DONE' ? await committing(world, now) : []),
  ];
  for (const what of broken) violate(world, `${now.shard}: ${what}`);
  if (now.state === 'RUNNING' && now.epoch !== old.epoch) await starting(world, now);
}

/** What is over stays as it is; only its index and its refused cuts are still written down in it. */
function finality({ old, now }: ShardChange): readonly string[] {
  const broken: string[] = [];
  const over = old.state === 'DONE' || old.state === 'REMOVED' || old.state === 'POISONED';
  if (over && now.state !== old.state) broken.push(`left ${old.state} for ${now.state}`);
  if (over && endOf(now) !== endOf(old)) broken.push(`was cut at ${endOf(now)} when it was ${old.state}`);
  if (old.state === 'DONE') {
    const kept = (shard: ShardRecord) =>
      JSON.stringify([shard.epoch, shard.output, shard.splitAt, shard.owner, shard.doneAt]);
    if (kept(old) !== kept(now)) broken.push('changed after its commit');
  }
  if (now.state === 'BLOCKED' && old.state !== 'BLOCKED') broken.push(`was blocked again after ${old.state}`);
  return broken;
}

function fencing({ old, now }: ShardChange): readonly string[] {
  const broken: string[] = [];
  if (now.epoch < old.epoch) broken.push(`epoch went from ${old.epoch} back to ${now.epoch}`);
  const claimed = now.state === 'RUNNING' && (old.state !== 'RUNNING' || old.owner !== now.owner);
  if (claimed && now.epoch === old.epoch) broken.push(`claimed by ${now.owner} without a new epoch`);
  const running = old.state === 'RUNNING' && now.state === 'RUNNING' && old.epoch === now.epoch;
  if (running && now.cursor < old.cursor) broken.push(`cursor went from ${old.cursor} back to ${now.cursor}`);
  return broken;
}

function cutting({ old, now }: ShardChange): readonly string[] {
  const broken: string[] = [];
  if (now.cuts < old.cuts || now.cuts > old.cuts + 1) broken.push(`cuts went from ${old.cuts} to ${now.cuts}`);
  const grew = (now.absorbed?.size ?? 0) === (old.absorbed?.size ?? 0) + 1;
  if (grew && old.state !== 'READY') broken.push(`grew when it was ${old.state}`);
  if (endOf(now) > endOf(old) && !grew) broken.push(`end went from ${endOf(old)} up to ${endOf(now)}`);
  if (endOf(now) < now.cursor) broken.push(`ends at ${endOf(now)}, but was read up to ${now.cursor}`);
  return broken;
}

/** A lease is taken away by its owner, after its owner's death, or once it and the grace are over by the taker's clock. */
function leasing(world: World, { actor, calledAt }: WriteContext, { old, now }: ShardChange): readonly string[] {
  const lost =
    old.state === 'RUNNING' &&
    (now.epoch !== old.epoch || ['READY', 'POISONED', 'REMOVED', 'MERGING'].includes(now.state));
  const clocksAgree = 2 * world.scenario.skewMs <= world.scenario.graceMs;
  const givenUp = old.owner === actor.name || world.dead.has(old.owner ?? '');
  if (!lost || givenUp || !clocksAgree) return [];
  const goodUntil = (old.leaseUntil ?? 0) + world.scenario.graceMs;
  return calledAt > goodUntil
    ? []
    : [`taken from ${old.owner} by ${actor.name} at ${calledAt}, good until ${goodUntil}`];
}

/** What is committed is in the store, and is the whole of the shard. A copy commits for its shard, and nothing itself. */
async function committing(world: World, now: ShardRecord): Promise<readonly string[]> {
  if (isCopy(now.shard)) return [];
  const location = locationOf(now.output);
  if (!(await world.objects.info(location))) return [`committed ${location}, which is not there`];
  const text = new TextDecoder().decode(await world.objects.get(location));
  const broken = tiling(JSON.parse(text) as Pieces, { start: now.range.start, end: endOf(now) });
  return broken === undefined ? [] : [`committed ${text}: ${broken}`];
}

export function locationOf(output: ShardRecord['output']): string {
  return OutputManifest.parse(output).location;
}

/** Nothing when the pieces cover the range exactly; else what is wrong. */
export function tiling(pieces: Pieces, range: { readonly start: number; readonly end: number }): string | undefined {
  let reached = range.start;
  for (const [start, end] of pieces.toSorted((a, b) => a[0] - b[0])) {
    if (start < reached) return `unit ${start} is in it twice`;
    if (start > reached) return `unit ${reached} is missing`;
    reached = end;
  }
  return reached === range.end ? undefined : `it ends at ${reached} and not at ${range.end}`;
}

/** A shard starts only after what it needs, by what is committed and not by what it was told. */
async function starting(world: World, shard: ShardRecord): Promise<void> {
  if (shard.needs.length === 0) return;
  const shards = await collect(readShards(world.table, shard.run));
  const run = await world.table.get(runKey(shard.run));
  for (const need of shard.needs) {
    const { kind, of } = needParts(need);
    const met =
      kind === 'wide'
        ? isComplete(world, shards, of)
        : kind === 'narrow'
          ? isDone(world, shards, of)
          : kind === 'canary'
            ? run?.met instanceof Set && run.met.has(need)
            : (shards.find((one) => one.shard === shard.parent)?.tails.has(of) ?? false);
    if (!met) violate(world, `${shard.shard} started before ${need}`);
  }
}

/** True when what is committed of an index is the whole of it. */
function isDone(world: World, shards: readonly ShardRecord[], root: string): boolean {
  const range = world.scenario.shards.find(({ id }) => id === root)?.range;
  return (
    range !== undefined && tiling(committedPieces(shards.filter((shard) => shard.root === root)), range) === undefined
  );
}

/** The same of an operation: its indexes may have been merged. */
function isComplete(world: World, shards: readonly ShardRecord[], operation: string): boolean {
  const own = shards.filter((shard) => shard.operation === operation);
  return tiling(committedPieces(own), wholeRange(world, operation)) === undefined;
}

/** All units of an operation: its shards lie side by side. */
export function wholeRange({ scenario }: World, id: string): { readonly start: number; readonly end: number } {
  const ranges = scenario.shards.filter(({ operation }) => operation === id).map(({ range }) => range);
  return {
    start: Math.min(...ranges.map(({ start }) => start)),
    end: Math.max(...ranges.map(({ end }) => end)),
  };
}

export function committedPieces(shards: readonly ShardRecord[]): Pieces {
  const done = shards.filter(({ state }) => state === 'DONE');
  return done.map((shard) => [shard.range.start, endOf(shard)] as const);
}
