import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { ProvisionedWindow } from '../ports/provisioning.ts';
import type { Plan, SlotGrant } from './plan.ts';
import type { Pool } from './pool.ts';
import { PRICES } from './price.ts';

/** From the raise until environments are ready: Lambda starts them within a minute or two. */
const READY_MS: DurationMs = 120_000;
/** An action is registered this long before it is due: one in the past would never run. */
const NOTICE_MS: DurationMs = 60_000;
/** Lambda bills provisioned concurrency in steps of five minutes. */
const BILLING_STEP_MS: DurationMs = 300_000;

export interface ProvisionInput {
  /** Plans of all active runs. */
  readonly plans: readonly Plan[];
  readonly pools: readonly Pool[];
  /** How much longer a slot takes to start without a started environment. */
  readonly coldStartMs: DurationMs;
  readonly now: EpochMs;
}

/**
 * The share of the time that an environment must be in use to cost less started than on demand: about 60 %. Started, it
 * costs all the time, and less while it is used.
 *
 * @see https://aws.amazon.com/lambda/pricing, "Provisioned Concurrency Pricing"
 */
export function breakEvenShare(): number {
  const { lambdaArmGibSecond, lambdaArmProvisionedUseGibSecond, lambdaArmProvisionedGibSecond } = PRICES;
  return lambdaArmProvisionedGibSecond / (lambdaArmGibSecond - lambdaArmProvisionedUseGibSecond);
}

/**
 * The next time of each function at which started environments pay: because they are used for more than
 * {@link breakEvenShare} of what is billed, or because a run ends within a cold start of its deadline.
 *
 * @returns at most one window for a function; what lies behind it is found once it is over
 * @complexity O(g²) for g grants of one pool: tens
 */
export function provisionedWindows(input: ProvisionInput): readonly ProvisionedWindow[] {
  return input.pools.flatMap((pool) => {
    const uses = input.plans.flatMap((plan) => usesOf(plan, pool, input));
    const block = firstBlock(uses);
    if (!block) return [];
    const from = Math.max(input.now + NOTICE_MS, block.from - READY_MS);
    const within = uses.filter((use) => use.from < block.until);
    const environmentCount = Math.min(
      pool.slotMax,
      Math.max(payingCount(within, block.until - from), urgentCount(within)),
    );
    return environmentCount > 0
      ? [{ functionName: pool.functionName, environmentCount, from, until: block.until }]
      : [];
  });
}

interface Use {
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly slotCount: number;
  /** A cold start would cost the run its deadline, and there is time to avoid it. */
  readonly urgent: boolean;
}

/** Grants as far as started environments can serve them. */
function usesOf(plan: Plan, pool: Pool, { coldStartMs, now }: ProvisionInput): readonly Use[] {
  const ready = now + NOTICE_MS + READY_MS;
  const slackMs = plan.deadlineAt - plan.expectedEndAt;
  const tight = Math.abs(slackMs) < coldStartMs;
  return plan.grants
    .filter((grant: SlotGrant) => grant.pool === pool.id && grant.until > ready)
    .map(({ from, until, slotCount }) => ({
      from: Math.max(from, ready),
      until,
      slotCount,
      urgent: tight && from >= ready,
    }));
}

/** From the first use to the first pause that is long enough to lower and to raise again. */
function firstBlock(uses: readonly Use[]): Pick<Use, 'from' | 'until'> | undefined {
  const [first, ...rest] = [...uses].sort((a, b) => a.from - b.from);
  if (!first) return undefined;
  let until = first.until;
  for (const use of rest) {
    if (use.from - until > READY_MS + NOTICE_MS) break;
    until = Math.max(until, use.until);
  }
  return { from: first.from, until };
}

/** The k-th environment is used while at least k slots run: how many are used for more than the break-even share? */
function payingCount(uses: readonly Use[], lengthMs: DurationMs): number {
  const billedMs = Math.ceil(lengthMs / BILLING_STEP_MS) * BILLING_STEP_MS;
  const leastMs = breakEvenShare() * billedMs;
  // The longest times at the highest levels come first: the first level that is too short ends it.
  const pieces = levels(uses).sort((a, b) => b.slotCount - a.slotCount);
  let usedMs = 0;
  for (const { slotCount, durationMs } of pieces) {
    usedMs += durationMs;
    if (usedMs > leastMs) return slotCount;
  }
  return 0;
}

/** Pieces of time between two changes, with the slots that run in each. */
function levels(uses: readonly Use[]): { readonly slotCount: number; readonly durationMs: DurationMs }[] {
  const moments = [...new Set(uses.flatMap(({ from, until }) => [from, until]))].sort((a, b) => a - b);
  return moments.slice(0, -1).map((at, index) => ({
    durationMs: (moments[index + 1] ?? at) - at,
    slotCount: slotsAt(uses, at),
  }));
}

function slotsAt(uses: readonly Use[], at: EpochMs): number {
  return uses.reduce((sum, { from, until, slotCount }) => (from <= at && at < until ? sum + slotCount : sum), 0);
}

function urgentCount(uses: readonly Use[]): number {
  const urgent = uses.filter((use) => use.urgent);
  return urgent.reduce((most, { from }) => Math.max(most, slotsAt(urgent, from)), 0);
}
