import { byCodeUnit } from '../core/by-code-unit.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { ConcurrencyDemand } from './concurrency-demand.ts';

/** A function's reserved concurrency; nothing when it shares what the account has not reserved. */
export type Reservation = number | undefined;

/** One write to Lambda's control plane. */
export interface ConcurrencyStep {
  readonly functionName: string;
  readonly from: Reservation;
  readonly to: Reservation;
  /** The write never sets less than this, nor does a roll-back. */
  readonly needCount: number;
}

export interface ReconcileInput {
  readonly demands: readonly ConcurrencyDemand[];
  /** What GetFunctionConcurrency says now, for every function of the demands. */
  readonly observed: ReadonlyMap<string, Reservation>;
  /** What the account could still reserve on top of what is observed. */
  readonly reservableLeft: number;
  /** Since when each function has had more than it wants, from the last reconciliation. */
  readonly surplusSince: ReadonlyMap<string, EpochMs>;
  readonly now: EpochMs;
  readonly rules?: ReconcileRules;
}

export interface ReconcileRules {
  /** A surplus below this share of the reservation is not worth a write. */
  readonly surplusShareMin: number;
  /** A surplus is kept this long: the next run is spared the wait. */
  readonly coolDownMs: DurationMs;
}

export const RECONCILE_RULES: ReconcileRules = { surplusShareMin: 0.2, coolDownMs: 120_000 };

export interface Reconciliation {
  /** `ledger-only` when the account leaves nothing to reserve: the pool ledger alone limits the slots. */
  readonly mode: 'reserving' | 'ledger-only';
  /** In order: all decreases, then increases; every prefix of them is a lawful state of the account. */
  readonly steps: readonly ConcurrencyStep[];
  /** Needs that no reservation could cover: these functions share the unreserved rest or wait in the ledger. */
  readonly unmet: readonly { readonly functionName: string; readonly missingCount: number }[];
  /** Goes into the next reconciliation. */
  readonly surplusSince: ReadonlyMap<string, EpochMs>;
}

/**
 * Compares what all active plans want with what is reserved, and says which writes lead from one to the other.
 *
 * Level triggered: it looks at the state alone, so a lost event or a half-done earlier attempt is repaired by the next
 * call, and a call with nothing to do has no steps. Raising is immediate; lowering waits for the cool-down unless a
 * need elsewhere cannot wait. Reserved concurrency is a limit too: a function without a reservation gets one only when
 * its whole need fits, and none is lowered below its need.
 *
 * @param input n demands
 * @complexity O(n log n)
 */
export function reconcileConcurrency(input: ReconcileInput): Reconciliation {
  const rules = input.rules ?? RECONCILE_RULES;
  const ranked = [...input.demands].sort(byUrgency);
  const reserved = ranked.reduce((sum, { functionName }) => sum + (input.observed.get(functionName) ?? 0), 0);
  const budget = Math.max(0, reserved + input.reservableLeft);
  const surplusSince = surpluses(input, rules);
  const targets = targetsOf(ranked, budget, { ...input, surplusSince, rules });
  return {
    mode: budget === 0 ? 'ledger-only' : 'reserving',
    steps: stepsTo(ranked, input.observed, targets),
    unmet: ranked.flatMap(({ functionName, needCount }) => {
      const missingCount = needCount - (targets.get(functionName) ?? 0);
      return missingCount > 0 ? [{ functionName, missingCount }] : [];
    }),
    surplusSince,
  };
}

/** Earliest deadline first; ties by function name. */
function byUrgency(a: ConcurrencyDemand, b: ConcurrencyDemand): number {
  return a.deadlineAt - b.deadlineAt || byCodeUnit(a.functionName, b.functionName);
}

/** A surplus too small for a write is none: small ups and downs of the demand cause no writes. */
function surpluses(input: ReconcileInput, rules: ReconcileRules): ReadonlyMap<string, EpochMs> {
  const since = new Map<string, EpochMs>();
  for (const { functionName, desiredCount } of input.demands) {
    const reserved = input.observed.get(functionName) ?? 0;
    if (reserved - desiredCount <= reserved * rules.surplusShareMin) continue;
    since.set(functionName, input.surplusSince.get(functionName) ?? input.now);
  }
  return since;
}

interface FitContext {
  readonly observed: ReadonlyMap<string, Reservation>;
  readonly surplusSince: ReadonlyMap<string, EpochMs>;
  readonly now: EpochMs;
  readonly rules: ReconcileRules;
}

/**
 * Deals the budget out in three rounds, each by urgency: needs, then desires, then surpluses that have not cooled down.
 * Everybody starts with what is reserved already, up to the need, so no round takes from a running plan.
 */
function targetsOf(ranked: readonly ConcurrencyDemand[], budget: number, context: FitContext): Map<string, number> {
  const reservedOf = ({ functionName }: ConcurrencyDemand) => context.observed.get(functionName) ?? 0;
  const targets = new Map(
    ranked.map((demand) => [demand.functionName, Math.min(reservedOf(demand), demand.needCount)]),
  );
  let left = budget - [...targets.values()].reduce((sum, count) => sum + count, 0);
  const raise = (demand: ConcurrencyDemand, wish: number) => {
    const has = targets.get(demand.functionName) ?? 0;
    const by = Math.min(wish - has, left);
    const onlyLimits = reservedOf(demand) === 0 && has + by < Math.max(demand.needCount, has === 0 ? wish : 0);
    if (by <= 0 || onlyLimits) return;
    targets.set(demand.functionName, has + by);
    left -= by;
  };
  for (const demand of ranked) raise(demand, demand.needCount);
  for (const demand of ranked) raise(demand, demand.desiredCount);
  for (const demand of ranked) if (!cooledDown(demand, context)) raise(demand, reservedOf(demand));
  return targets;
}

function cooledDown({ functionName }: ConcurrencyDemand, { surplusSince, now, rules }: FitContext): boolean {
  const since = surplusSince.get(functionName);
  return since !== undefined && now - since >= rules.coolDownMs;
}

/** Decreases first: what the increases take is free by then. */
function stepsTo(
  ranked: readonly ConcurrencyDemand[],
  observed: ReadonlyMap<string, Reservation>,
  targets: ReadonlyMap<string, number>,
): readonly ConcurrencyStep[] {
  const steps = ranked.flatMap(({ functionName, needCount }) => {
    const from = observed.get(functionName);
    const target = targets.get(functionName) ?? 0;
    // A reservation of 0 would stop the function for everybody: nothing to reserve means no reservation.
    const to = target === 0 ? undefined : target;
    return from === to ? [] : [{ functionName, from, to, needCount }];
  });
  return [...steps.filter((step) => !raises(step)), ...steps.filter(raises)];
}

function raises({ from, to }: ConcurrencyStep): boolean {
  return (to ?? 0) > (from ?? 0);
}
