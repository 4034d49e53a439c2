import { collect } from '../../lib/core/collect.ts';
import { originalOf } from '../../lib/core/ids.ts';
import type { Table } from '../../lib/ports/table.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { type Commit, commitShard } from '../../lib/run/commit-shard.ts';
import type { Lease } from '../../lib/run/lease.ts';
import { nextReady } from '../../lib/run/next-ready.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { releaseShard } from '../../lib/run/release-shard.ts';
import { endOf, parseShard, type ShardRecord, shardKey } from '../../lib/run/shard-record.ts';
import { outputLocation, removeOutput } from '../../lib/run/store-output.ts';
import { ATTEMPT_MAX, type Behaviour, judge, type Stores, TIERS } from './actors.ts';
import { patiently } from './patiently.ts';
import { locationOf } from './watch-write.ts';
import { type Actor, clockOf, upTo, violate, type World } from './world.ts';

/** Longest time that a worker reads a block, in leases: some come back just after theirs has run out. */
const SLOW_LEASES = 1.4;

/** A worker's invocation: claims, reads its range block by block, commits; sometimes fails, and says so or not. */
export const work: Behaviour = async (world, actor, { table, objects }) => {
  const { run, scenario, scheduler } = world;
  const { leaseMs, graceMs } = scenario;
  while (!world.over) {
    const now = clockOf(world, actor);
    const tier = TIERS[upTo(world, TIERS.length - 1)] ?? TIERS[0];
    const ready = await patiently(() => nextReady(table, { run, memoryTierMiB: tier, zone: 'az1', limit: 3 }));
    const silent = world.random() < 0.6 ? await patiently(() => expired(table, run, now)) : [];
    let claimedAny = false;
    for (const shard of [...(ready ?? []), ...(silent ?? [])]) {
      if (world.over || claimedAny) break;
      const claimedAt = clockOf(world, actor);
      const request = { owner: actor.name, now: claimedAt, leaseMs, graceMs, attemptMax: ATTEMPT_MAX };
      const claim = await patiently(() => claimShard(table, shard, request));
      if (!claim?.claimed) continue;
      claimedAny = true;
      hold(world, actor, claim.lease);
      await attempt(world, actor, { table, objects, shard: claim.shard, lease: claim.lease });
    }
    if (!claimedAny) await scheduler.sleep(3 + upTo(world, 10));
  }
};

/** Leases that have ended; whether the grace is over too is for the claim to see. */
async function expired(table: Table, run: string, before: number): Promise<readonly ShardRecord[]> {
  const shards = await collect(readShards(table, run));
  return shards.filter(({ state, leaseUntil = 0 }) => state === 'RUNNING' && leaseUntil <= before).slice(0, 3);
}

function hold(world: World, actor: Actor, { shard, epoch }: Lease): void {
  const name = `${shard}@${epoch}`;
  const holder = world.holders.get(name) ?? actor.name;
  if (holder !== actor.name) violate(world, `${name} is held by ${holder} and by ${actor.name}`);
  world.holders.set(name, actor.name);
}

interface Attempt extends Stores {
  readonly shard: ShardRecord;
  readonly lease: Lease;
}

async function attempt(world: World, actor: Actor, attempted: Attempt): Promise<void> {
  const { table, shard, lease } = attempted;
  const { scenario, scheduler } = world;
  const pieces: [number, number][] = [];
  let cursor = shard.range.start;
  let end = endOf(shard);
  for (;;) {
    while (cursor < end && world.random() > scenario.haste) {
      const next = Math.min(end, cursor + 1 + upTo(world, 2));
      const request = { cursor: next, leaseUntil: clockOf(world, actor) + scenario.leaseMs };
      const advance = await patiently(() => advanceCursor(table, lease, request));
      if (!advance || advance.kind === 'lost') return;
      end = advance.end;
      if (advance.kind === 'cut') continue;
      pieces.push([cursor, next]);
      cursor = next;
      if (world.random() < 0.4) await scheduler.sleep(upTo(world, Math.ceil(SLOW_LEASES * scenario.leaseMs)));
      if (world.random() < scenario.failures) return fail(world, actor, attempted);
    }
    const commit = await putOut(world, actor, attempted, { cursor, pieces });
    if (commit?.kind !== 'unfinished') return;
    end = commit.end;
    if (end <= cursor) return violate(world, `${lease.shard} is unfinished at ${end}, but was read up to ${cursor}`);
  }
}

interface Read {
  readonly cursor: number;
  readonly pieces: readonly (readonly [number, number])[];
}

/** Stores what was read and commits it; who is second removes its own. What the hasty leave is removed when the shard is over. */
async function putOut(
  world: World,
  actor: Actor,
  { table, objects, shard, lease }: Attempt,
  { cursor, pieces }: Read,
): Promise<Commit | undefined> {
  const location = `${outputLocation(shard)}-${cursor}`;
  const body = new TextEncoder().encode(JSON.stringify(pieces));
  const put = await patiently(() => objects.put(location, body));
  if (!put) return undefined;
  const output = { location, sizeBytes: 0, records: 0, offsets: [0, 0], frameEnds: [], frameChecksums: [] };
  const commit = await patiently(() => commitShard(table, lease, { cursor, output, now: clockOf(world, actor) }));
  const committed = await committedBy(world, location, lease);
  if (commit?.kind === 'committed' && !committed)
    violate(world, `${location} was second, and was told that it was first`);
  if (commit?.kind === 'committed' || !commit) return commit;
  // Only of a shard that is over is the answer the last word: before, a delayed request may still land.
  if (commit.kind === 'unfinished' || !commit.isOver) return commit;
  if (committed) violate(world, `${location} was first, and was told that it was second`);
  await patiently(() => removeOutput([objects], location));
  return commit;
}

async function committedBy({ table, run }: World, location: string, { shard }: Lease): Promise<boolean> {
  const item = await table.get(shardKey(run, originalOf(shard)));
  const record = item && parseShard(item);
  return record?.state === 'DONE' && locationOf(record.output) === location;
}

async function fail(world: World, actor: Actor, { table, shard }: Attempt): Promise<void> {
  const verdict = judge(world, shard);
  const error = { name: 'WorkerDied', message: 'simulated' };
  await patiently(() => releaseShard(table, shard, { verdict, error, now: clockOf(world, actor) }));
}
