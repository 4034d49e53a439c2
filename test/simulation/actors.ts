import { collect } from '../../lib/core/collect.ts';
import { errorName } from '../../lib/core/foreshard-error.ts';
import { canaryNeed } from '../../lib/core/ids.ts';
import type { Table } from '../../lib/ports/table.ts';
import { advanceCursor } from '../../lib/run/advance-cursor.ts';
import { claimShard } from '../../lib/run/claim-shard.ts';
import { commitShard } from '../../lib/run/commit-shard.ts';
import { createRun } from '../../lib/run/create-run.ts';
import type { Lease } from '../../lib/run/lease.ts';
import { nextReady } from '../../lib/run/next-ready.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { releaseCanary } from '../../lib/run/release-need.ts';
import { releaseShard, type Verdict } from '../../lib/run/release-shard.ts';
import { runProgress } from '../../lib/run/run-progress.ts';
import { endOf, parseShard, runningQueue, type ShardRecord, timeRank } from '../../lib/run/shard-record.ts';
import { splitShard } from '../../lib/run/split-shard.ts';
import { sweepRun } from '../../lib/run/sweep-run.ts';
import { updatePlan } from '../../lib/run/update-plan.ts';
import { type Actor, clockOf, upTo, violate, type World } from './world.ts';

const TIERS = [1_769, 3_538] as const;
const ZONES = ['az1', 'az2'] as const;
const TRIES_MAX = 4;
/** Share of looks at which a worker tries to commit what it has, wherever it is. */
const HASTE = 0.03;
/** Longest time that a worker reads a block, in leases: some come back just after theirs has run out. */
const SLOW_LEASES = 1.4;
/** Share of failures that no further attempt would cure. */
const HOPELESS = 0.15;
const ATTEMPT_MAX = 4;

/** What an actor does from its start until it ends or crashes. */
export type Behaviour = (world: World, actor: Actor, table: Table) => Promise<void>;

/** A worker's invocation: claims, reads its range block by block, commits; sometimes fails, and says so or not. */
export const work: Behaviour = async (world, actor, table) => {
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
      await attempt(world, actor, { table, shard: claim.shard, lease: claim.lease });
    }
    if (!claimedAny) await scheduler.sleep(3 + upTo(world, 10));
  }
};

/** Leases that have ended; whether the grace is over too is for the claim to see. */
async function expired(table: Table, run: string, before: number): Promise<readonly ShardRecord[]> {
  const items = await table.queryQueue({ queue: runningQueue(run), upTo: timeRank(before), limit: 3 });
  return items.map(parseShard);
}

function hold(world: World, actor: Actor, { shard, epoch }: Lease): void {
  const name = `${shard}@${epoch}`;
  const holder = world.holders.get(name) ?? actor.name;
  if (holder !== actor.name) violate(world, `${name} is held by ${holder} and by ${actor.name}`);
  world.holders.set(name, actor.name);
}

interface Attempt {
  readonly table: Table;
  readonly shard: ShardRecord;
  readonly lease: Lease;
}

async function attempt(world: World, actor: Actor, { table, shard, lease }: Attempt): Promise<void> {
  const { scenario, scheduler } = world;
  const pieces: [number, number][] = [];
  let cursor = shard.range.start;
  let end = endOf(shard);
  for (;;) {
    while (cursor < end && world.random() > HASTE) {
      const next = Math.min(end, cursor + 1 + upTo(world, 2));
      const request = { cursor: next, leaseUntil: clockOf(world, actor) + scenario.leaseMs };
      const advance = await patiently(() => advanceCursor(table, lease, request));
      if (!advance || advance.kind === 'lost') return;
      end = advance.end;
      if (advance.kind === 'cut') continue;
      pieces.push([cursor, next]);
      cursor = next;
      if (world.random() < 0.4) await scheduler.sleep(upTo(world, Math.ceil(SLOW_LEASES * scenario.leaseMs)));
      if (world.random() < scenario.failures) return fail(world, actor, { table, shard, lease });
    }
    const committed = { cursor, output: { pieces }, now: clockOf(world, actor) };
    const commit = await patiently(() => commitShard(table, lease, committed));
    if (commit?.kind !== 'unfinished') return;
    end = commit.end;
    if (end <= cursor) return violate(world, `${lease.shard} is unfinished at ${end}, but was read up to ${cursor}`);
  }
}

async function fail(world: World, actor: Actor, { table, shard }: Attempt): Promise<void> {
  const verdict = judge(world, shard);
  const error = { name: 'WorkerDied', message: 'simulated' };
  await patiently(() => releaseShard(table, shard, { verdict, error, now: clockOf(world, actor) }));
}

export function judge(world: World, shard: ShardRecord): Verdict {
  const attempts = shard.attempts + 1;
  if (attempts >= ATTEMPT_MAX || world.random() < HOPELESS) return { kind: 'poison', attempts };
  const memoryTierMiB = TIERS[upTo(world, 1)] ?? TIERS[0];
  return { kind: 'retry', attempts, memoryTierMiB, zone: ZONES[upTo(world, 1)] ?? ZONES[0] };
}

/** Cuts shards at any place, sensible or not. */
export const split: Behaviour = async (world, actor, table) => {
  for (let cuts = 0; cuts < 8 && !world.over; cuts += 1) {
    await world.scheduler.sleep(5 + upTo(world, 40));
    const shards = (await patiently(() => collect(readShards(table, world.run)))) ?? [];
    const victims = shards.filter((shard) => endOf(shard) - shard.range.start > 1);
    const victim = victims[upTo(world, victims.length - 1)];
    if (!victim) continue;
    const at = victim.range.start + 1 + upTo(world, endOf(victim) - victim.range.start - 2);
    await patiently(() => splitShard(table, victim, { at, now: clockOf(world, actor) }));
  }
};

export const sweep: Behaviour = async (world, actor, table) => {
  const { run, scenario } = world;
  while (!world.over) {
    await world.scheduler.sleep(20 + upTo(world, 60));
    const request = { run, now: clockOf(world, actor), graceMs: scenario.graceMs };
    await patiently(() => sweepRun(table, { ...request, judge: (shard) => judge(world, shard) }));
  }
};

/** What a dead worker held is given back at once, by someone who knows that it is dead. */
export function freeing(owner: string): Behaviour {
  return async function free(world, actor, table) {
    const shards = (await patiently(() => collect(readShards(table, world.run)))) ?? [];
    for (const shard of shards) {
      if (shard.state !== 'RUNNING' || shard.owner !== owner) continue;
      const release = { verdict: judge(world, shard), now: clockOf(world, actor) };
      await patiently(() => releaseShard(table, shard, release));
    }
  };
}

/** Moves shards about that nobody has claimed. */
export const plan: Behaviour = async (world, _actor, table) => {
  for (let generation = 1; generation < 6 && !world.over; generation += 1) {
    await world.scheduler.sleep(10 + upTo(world, 50));
    const shards = (await patiently(() => collect(readShards(table, world.run)))) ?? [];
    const placements = shards.map(({ shard }) => ({
      shard,
      memoryTierMiB: TIERS[upTo(world, 1)] ?? TIERS[0],
      zone: ZONES[upTo(world, 1)] ?? ZONES[0],
      rank: String(upTo(world, 99)).padStart(2, '0'),
    }));
    await patiently(() => updatePlan(table, { run: world.run, generation }, placements));
  }
};

/** Judges canaries once all shards of their type that may run have ended; no type waits for another. */
export const promote: Behaviour = async (world, actor, table) => {
  const { scenario, run, scheduler } = world;
  const waiting = new Set(
    scenario.shards.map(({ type }) => type).filter((type) => scenario.shards.some(isGuarded(type))),
  );
  while (waiting.size > 0 && !world.over) {
    await scheduler.sleep(10 + upTo(world, 20));
    const shards = await patiently(() => collect(readShards(table, run)));
    const progress = await patiently(() => runProgress(table, run));
    if (!shards || !progress) continue;
    for (const type of waiting) {
      const canaries = shards.filter((shard) => shard.type === type && !shard.needs.includes(canaryNeed(type)));
      const ended = canaries.filter(
        ({ shard, state }) => ['DONE', 'POISONED', 'REMOVED'].includes(state) || progress.doomedShards.has(shard),
      );
      if (canaries.length === 0 || ended.length < canaries.length) continue;
      const told = await patiently(async () => {
        await releaseCanary(table, { run, type }, clockOf(world, actor));
        return true;
      });
      if (told) waiting.delete(type);
    }
  }
};

function isGuarded(type: string) {
  return (shard: { readonly needs: readonly string[] }): boolean => shard.needs.includes(canaryNeed(type));
}

export const create: Behaviour = async (world, actor, table) => {
  const { run, scenario } = world;
  const { operations, shards, chunkSize } = scenario;
  const header = { run, workflow: 'w', createdAt: clockOf(world, actor), deadlineAt: 0, priority: 5 };
  const place = () => ({ memoryTierMiB: TIERS[0], zone: ZONES[0], rank: '50' });
  while (
    !(await patiently(() => createRun(table, { run: header, sharding: { operations, shards }, place, chunkSize })))
  ) {
    await world.scheduler.sleep(5);
  }
};

/** Repeats what got no answer a few times, as the client does, and then gives up. */
async function patiently<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (errorName(error) !== 'StoreUnavailable') throw error;
    }
  }
  return undefined;
}
