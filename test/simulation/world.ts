import type { Random } from '../../lib/core/random.ts';
import type { Table } from '../../lib/ports/table.ts';
import type { MemoryObjectStore } from '../memory-object-store.ts';
import type { Scenario } from './scenario.ts';
import type { Scheduler } from './scheduler.ts';

/** Everything that the actors of one simulated run share. */
export interface World {
  readonly run: string;
  readonly scenario: Scenario;
  readonly random: Random;
  readonly scheduler: Scheduler;
  /** The table itself: no faults, no delay. */
  readonly table: Table;
  /** The outputs: what an attempt has read lies there, piece by piece. */
  readonly objects: MemoryObjectStore;
  /** Who believes to hold which shard in which epoch. */
  readonly holders: Map<string, string>;
  /** How often chance was asked for a fault, and which ones struck: each by its kind and when it was asked for. */
  readonly faults: { askedCount: number; readonly struck: string[] };
  /** Those at work, by the zone in which they are. */
  readonly zones: readonly [Set<Actor>, Set<Actor>];
  /** Actors that have crashed. */
  readonly dead: Set<string>;
  /** What was broken, in words; the first one ends the run. */
  readonly violations: string[];
  /** What happened, step by step, when it is asked for. */
  readonly history: string[] | undefined;
  /** True once the run is over: nobody begins anything new. */
  over: boolean;
}

/** Whoever calls the table: with a clock that may be wrong, and dead once it has crashed. */
export interface Actor {
  readonly name: string;
  readonly skewMs: number;
  dead: boolean;
}

export function clockOf(world: World, actor: Actor): number {
  return 1_000 + world.scheduler.now() + actor.skewMs;
}

export function violate(world: World, what: string): void {
  world.violations.push(what);
  world.history?.push(`VIOLATION ${what}`);
}

/** A whole number from 0 to the given one. */
export function upTo(world: World, max: number): number {
  return Math.floor(world.random() * (max + 1));
}
