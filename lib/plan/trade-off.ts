import * as z from 'zod';
import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import type { Workflow } from '../workflow/definition.ts';
import { type CalibrationRequest, careful, planOf } from './calibrate-sharding.ts';

/** A plan that no other one beats in both money and time. */
export const TradeOffPoint = z.strictObject({
  shardCount: z.int().nonnegative(),
  expectedMs: z.number().nonnegative(),
  /** By when it ends with the asked chance; nothing while that is not known. */
  safeMs: z.number().nonnegative().optional(),
  costUsd: z.number().nonnegative(),
});
export type TradeOffPoint = z.infer<typeof TradeOffPoint>;

/** Plans between the fastest and the slowest. */
const STEPS = 8;
/** Each step is a whole plan: for very large workflows there are fewer. */
const SHARDS_PLANNED_MAX = 40_000;
/** Shard durations drawn for each plan: what is safe is known to a few percent. */
const DRAWS_MAX = 8_000;
/** No plan is forced by this deadline. */
const FAR_MS = 7 * 24 * 3_600_000;

/**
 * The Pareto curve of cost against finish time: the fastest plan, the one that nothing hurries, and plans for deadlines
 * spread evenly, as ratios, between their ends; those that cost more and end no sooner than another are left out.
 *
 * @param random source of chance; each plan gets the same numbers
 * @returns by finish time; costs descend
 * @complexity at most nine plans
 */
export function tradeOff(request: CalibrationRequest, random: () => Random): readonly TradeOffPoint[] {
  const { workflow } = request.sharding;
  if (workflow.operations.every(({ divisible }) => divisible === false)) return [];
  const plan = (objective: Workflow['objective'], deadlineMs: DurationMs) =>
    pointOf(
      { ...request, sharding: { ...request.sharding, workflow: { ...workflow, objective } } },
      deadlineMs,
      random(),
    );
  const fastest = plan('latency', FAR_MS);
  const slowest = plan('cost', FAR_MS);
  if (!fastest || !slowest) return [];
  const steps = Math.min(STEPS, Math.floor(SHARDS_PLANNED_MAX / Math.max(1, fastest.shardCount)));
  const points = [fastest, slowest];
  const ratio = slowest.expectedMs / Math.max(1, fastest.expectedMs);
  for (let step = 1; step < steps && ratio > 1; step += 1) {
    const point = plan('cost', Math.round(fastest.expectedMs * ratio ** (step / steps)));
    if (point) points.push(point);
  }
  return undominated(points);
}

/** The plan for a deadline; nothing when predictions cannot keep it. */
function pointOf(request: CalibrationRequest, deadlineMs: DurationMs, random: Random): TradeOffPoint | undefined {
  const timeLeftMs = deadlineMs - request.allocation.startDelayMs;
  const sharding = careful({ ...request, sharding: { ...request.sharding, timeLeftMs } }, 0);
  if (!sharding) return undefined;
  const { plan } = planOf(request, sharding, { random, drawMax: DRAWS_MAX, stated: false });
  return {
    shardCount: sharding.shards.length,
    expectedMs: plan.expectedEndAt - plan.madeAt,
    ...(plan.safeEndAt !== undefined && { safeMs: plan.safeEndAt - plan.madeAt }),
    costUsd: plan.costUsd,
  };
}

/** Of equal ones the first stays. */
export function undominated(points: readonly TradeOffPoint[]): readonly TradeOffPoint[] {
  let leastUsd = Number.POSITIVE_INFINITY;
  return points
    .toSorted((a, b) => a.expectedMs - b.expectedMs || a.costUsd - b.costUsd)
    .filter(({ costUsd }) => {
      const cheaper = costUsd < leastUsd;
      leastUsd = Math.min(leastUsd, costUsd);
      return cheaper;
    });
}
