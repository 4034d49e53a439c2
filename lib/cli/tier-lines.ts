import type { ShardType } from '../core/ids.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import { costText } from '../report/text/cost-text.ts';
import { countText } from '../report/text/count-text.ts';
import { reasonLine } from './reason-line.ts';
import type { TriedPlan } from './try-plan.ts';

/** Types that are explained; `--json` has them all. */
const TYPES_MAX = 12;

/** Why each type of shards runs in its tier: what it needs, what it costs there, and what the next one would cost. */
export function tierLines(tried: TriedPlan): readonly string[] {
  const chosen = chosenTiers(tried);
  return tried.tiers.slice(0, TYPES_MAX).map((comparison, index) => {
    const tier = chosen.get(comparison.type);
    return reasonLine(index === 0 ? 'tiers' : '', `${comparison.type}: ${reason(comparison, tier)}`);
  });
}

function reason({ memoryNeededMiB, offers }: TriedPlan['tiers'][number], tier: MemoryMiB | undefined): string {
  const needs = `needs up to ${countText(Math.ceil(memoryNeededMiB))} MiB with head-room`;
  const own = offers.find(({ memoryMiB }) => memoryMiB === tier);
  if (!own) return `${needs}; it waits for a slot`;
  const others = offers.filter((offer) => offer !== own).map((offer) => otherText(offer, own.costUsd));
  const which = own.fits ? 'the cheapest that holds it' : 'the largest there is, which may not hold it';
  const taken = `${countText(own.memoryMiB)} MiB is ${which}, ${costText(own.costUsd)} of worker time`;
  return [`${needs}; ${taken}`, ...others].join('; ');
}

function otherText({ memoryMiB, fits, costUsd }: TriedPlan['tiers'][number]['offers'][number], ownUsd: number): string {
  if (!fits) return `${countText(memoryMiB)} MiB would be too small`;
  const change = costUsd > ownUsd ? ` (${(costUsd / ownUsd).toFixed(1)} times)` : '';
  return `${countText(memoryMiB)} MiB would be ${costText(costUsd)}${change}`;
}

function chosenTiers({ sharding, plan, pools }: TriedPlan): ReadonlyMap<ShardType, MemoryMiB> {
  const tierOf = new Map(pools.map(({ id, memoryMiB }) => [id, memoryMiB]));
  const typeOf = new Map(sharding.shards.map(({ id, type }) => [id, type]));
  return new Map(plan.placements.map(({ shard, pool }) => [typeOf.get(shard) ?? '', tierOf.get(pool) ?? 0]));
}
