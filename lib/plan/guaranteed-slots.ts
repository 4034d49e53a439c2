import type { PoolId } from '../core/ids.ts';
import { type Pool, REGIONAL } from './pool.ts';

/**
 * How many slots of each pool may be guaranteed so that all guaranteed work still fits when the largest zone of its
 * tier is lost (static stability: nothing has to be bought in the moment of the loss).
 *
 * With z zones, each zone gives the same share of what is left without the largest one, at most what it has. A tier
 * with one zone, and regional pools, which Lambda itself moves, are guaranteed in full.
 */
export function guaranteedSlots(pools: readonly Pool[]): ReadonlyMap<PoolId, number> {
  const open = pools.filter(({ state }) => state === 'open');
  return new Map(pools.map((pool) => [pool.id, guaranteed(pool, open)]));
}

function guaranteed(pool: Pool, open: readonly Pool[]): number {
  if (pool.state === 'drained') return 0;
  const tier = open.filter(({ memoryMiB, zone }) => memoryMiB === pool.memoryMiB && zone !== REGIONAL);
  if (pool.zone === REGIONAL || tier.length < 2) return pool.slotMax;
  const all = tier.reduce((sum, { slotMax }) => sum + slotMax, 0);
  const largest = tier.reduce((most, { slotMax }) => Math.max(most, slotMax), 0);
  return Math.floor((pool.slotMax * (all - largest)) / Math.max(1, all));
}
