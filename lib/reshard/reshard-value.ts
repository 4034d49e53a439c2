import type { CostUsd, DurationMs } from '../core/quantity.ts';

/** A change of the shards, in terms of what it saves and what it costs. */
export interface ReshardEffect {
  /** How much earlier the workflow is expected to end. */
  readonly savedMs: DurationMs;
  /** Slot time that would have been idle. */
  readonly idleSavedMs: DurationMs;
  readonly newShardCount: number;
  /** Start and fixed input of one shard. */
  readonly overheadMs: DurationMs;
  /** Work since the last checkpoint that is done again. */
  readonly lostWorkMs: DurationMs;
  /** Requests that a further output object costs its readers. */
  readonly fanInRequests: number;
}

export interface ReshardPrices {
  /** One slot for a millisecond. */
  readonly slotUsdPerMs: CostUsd;
  /** What a millisecond of lateness is worth. */
  readonly latenessUsdPerMs: CostUsd;
  readonly requestUsd: CostUsd;
  /** Probability that the workflow ends after its deadline if nothing is changed. */
  readonly lateChance: number;
}

/** Expected gain and cost of a change, in US dollars (docs/methods.md, "Re-sharding"). */
export function reshardValue(
  effect: ReshardEffect,
  prices: ReshardPrices,
): { readonly gainUsd: CostUsd; readonly costUsd: CostUsd } {
  const gainUsd =
    prices.lateChance * prices.latenessUsdPerMs * effect.savedMs + prices.slotUsdPerMs * effect.idleSavedMs;
  const costUsd =
    (effect.newShardCount * effect.overheadMs + effect.lostWorkMs) * prices.slotUsdPerMs +
    effect.fanInRequests * prices.requestUsd;
  return { gainUsd, costUsd };
}
