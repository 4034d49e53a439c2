import { collect } from '../../lib/core/collect.ts';
import { canaryNeed } from '../../lib/core/ids.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { Table } from '../../lib/ports/table.ts';
import { copyShard } from '../../lib/run/copy-shard.ts';
import { createRun } from '../../lib/run/create-run.ts';
import { mergeShards } from '../../lib/run/merge-shards.ts';
import { readCopies, readShards } from '../../lib/run/read-shards.ts';
import { releaseCanary } from '../../lib/run/release-need.ts';
import { releaseShard, type Verdict } from '../../lib/run/release-shard.ts';
import { removeOrphans } from '../../lib/run/remove-orphans.ts';
import { runProgress } from '../../lib/run/run-progress.ts';
import { endOf, type ShardRecord } from '../../lib/run/shard-record.ts';
import { splitShard } from '../../lib/run/split-shard.ts';
import { sweepRun } from '../../lib/run/sweep-run.ts';
import { updatePlan } from '../../lib/run/update-plan.ts';
import { patiently } from './patiently.ts';
import { type Actor, clockOf, upTo, type World } from './world.ts';

export const TIERS = [1_769, 3_538] as const;
const ZONES = ['az1', 'az2'] as const;
/** Share of failures that no further attempt would cure. */
const HOPELESS = 0.15;
export const ATTEMPT_MAX = 4;

/** What an actor does from its start until it ends or crashes. */
export type Behaviour = (world: World, actor: Actor, stores: Stores) => Promise<void>;

/** The stores as the actor sees them. */
export interface Stores {
  readonly table: Table;
  readonly objects: ObjectStore;
}

export function judge(world: World, shard: ShardRecord): Verdict {
  const attempts = shard.attempts + 1;
  if (attempts >= ATTEMPT_MAX || world.random() < HOPELESS) return { kind: 'poison', attempts };
  const memoryTierMiB = TIERS[upTo(world, 1)] ?? TIERS[0];
  return { kind: 'retry', attempts, memoryTierMiB, zone: ZONES[upTo(world, 1)] ?? ZONES[0] };
}

/** Cuts shards at any place, sensible or not. */
export const split: Behaviour = async (world, actor, { table }) => {
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

/** Makes one shard of two neighbours that wait, sensible or not. */
export const merge: Behaviour = async (world, actor, { table }) => {
  for (let merges = 0; merges < 30 && !world.over; merges += 1) {
    await world.scheduler.sleep(upTo(world, world.scenario.mergePauseMs));
    const shards = (await patiently(() => collect(readShards(table, world.run)))) ?? [];
    const ready = shards.filter(({ state }) => state === 'READY');
    const pairs = ready.flatMap((head) =>
      ready
        .filter((next) => next.operation === head.operation && next.range.start === endOf(head))
        .map((next) => ({ head, next })),
    );
    const pair = pairs[upTo(world, pairs.length - 1)];
    if (pair) await patiently(() => mergeShards(table, pair, clockOf(world, actor)));
  }
};

/** Puts copies beside shards that run, slow or not. */
export const speculate: Behaviour = async (world, actor, { table }) => {
  for (let copies = 0; copies < 8 && !world.over; copies += 1) {
    await world.scheduler.sleep(5 + upTo(world, 30));
    const shards = (await patiently(() => collect(readShards(table, world.run)))) ?? [];
    const running = shards.filter(({ state }) => state === 'RUNNING');
    const slow = running[upTo(world, running.length - 1)];
    const request = { zone: ZONES[1], now: clockOf(world, actor) };
    if (slow) await patiently(() => copyShard(table, slow, request));
  }
};

export const sweep: Behaviour = async (world, actor, { table, objects }) => {
  const { run, scenario } = world;
  while (!world.over) {
    await world.scheduler.sleep(20 + upTo(world, 60));
    const request = { run, now: clockOf(world, actor), graceMs: scenario.graceMs };
    await patiently(() => sweepRun(table, { ...request, judge: (shard) => judge(world, shard) }));
    const shards = await patiently(() => collect(readShards(table, run)));
    if (shards) await patiently(() => removeOrphans([objects], run, { shards, copyCount: 1 }));
  }
};

/** What a dead worker held is given back at once, by someone who knows that it is dead. */
export function freeing(owner: string): Behaviour {
  return async function free(world, actor, { table }) {
    const shards = (await patiently(() => collect(readShards(table, world.run)))) ?? [];
    const copies = (await patiently(() => collect(readCopies(table, world.run)))) ?? [];
    for (const shard of [...shards, ...copies]) {
      if (shard.state !== 'RUNNING' || shard.owner !== owner) continue;
      const release = { verdict: judge(world, shard), now: clockOf(world, actor) };
      await patiently(() => releaseShard(table, shard, release));
    }
  };
}

/** Moves shards about that nobody has claimed. */
export const plan: Behaviour = async (world, _actor, { table }) => {
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
export const promote: Behaviour = async (world, actor, { table }) => {
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

export const create: Behaviour = async (world, actor, { table }) => {
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
