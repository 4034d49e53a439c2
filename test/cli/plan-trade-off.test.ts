import { expect, it } from 'vitest';
import { type TradeOffPoint, undominated } from '../../lib/cli/plan-trade-off.ts';

function point(expectedMs: number, costUsd: number): TradeOffPoint {
  return { expectedMs, costUsd, deadlineMs: 10_000, shardCount: 1, chance: 1 };
}

it('keeps what is cheaper than all that ends sooner, fastest first', () => {
  const points = [point(300, 2), point(100, 5), point(200, 6), point(300, 3), point(400, 2), point(100, 5.5)];
  expect(undominated(points)).toEqual([point(100, 5), point(300, 2)]);
});
