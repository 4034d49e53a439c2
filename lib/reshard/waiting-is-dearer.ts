import type { CostUsd } from '../core/quantity.ts';
import { isMeasured } from '../observe/pace.ts';
import type { OpenShard, ReshardRequest } from './candidate.ts';

type Prices = Pick<ReshardRequest, 'now' | 'slotCount' | 'slotUsdPerMs' | 'lateChance' | 'latenessUsdPerMs'>;

/**
 * The rule for a shard of which nothing is known: it is beyond its prediction, and no cursor tells how far it is. Whoever
 * waits until waiting has cost as much as acting never pays more than twice what was best in hindsight.
 *
 * @returns true once the time beyond the prediction has cost as much, in idle slots and lateness, as the change would
 * @see Karlin, Manasse, Rudolph and Sleator, "Competitive snoopy caching", 1988
 */
export function waitingIsDearer(shard: OpenShard, costUsd: CostUsd, prices: Prices): boolean {
  const { startedAt, predictedMs } = shard;
  if (startedAt === undefined || isMeasured(shard)) return false;
  const waitedMs = prices.now - startedAt - predictedMs;
  const usdPerMs = prices.lateChance * prices.latenessUsdPerMs + prices.slotCount * prices.slotUsdPerMs;
  return waitedMs > 0 && waitedMs * usdPerMs >= costUsd;
}
