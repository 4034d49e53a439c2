import { errorMessage, errorName } from '../core/foreshard-error.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { Extensions } from '../run/extensions.ts';
import type { Workflow } from '../workflow/definition.ts';
import type { Home } from './open-home.ts';
import { type TriedPlan, tryPlan } from './try-plan.ts';

/** The same workflow with another deadline. */
export interface PlanAlternative {
  readonly deadlineMs: DurationMs;
  /** What it would take, or nothing when no plan can meet that deadline. */
  readonly plan?: {
    readonly shardCount: number;
    readonly expectedMs: DurationMs;
    readonly costUsd: number;
    readonly chance: number;
  };
  /** Why no plan can. */
  readonly refusal?: string;
}

/** Where a plan is tried, and with what task code. */
export interface PlanPlace {
  readonly home: Home;
  readonly extensions: Extensions;
}

/** Deadlines that are looked at, as multiples of the asked one. */
const FACTORS = [0.5, 2, 4];

/** What half, twice and four times the time would change: shards, money, chance. */
export async function planAlternatives(
  { definition: { workflow, startedAt, deadlineAt } }: TriedPlan,
  home: Home,
  extensions: Extensions,
): Promise<readonly PlanAlternative[]> {
  const alternatives: PlanAlternative[] = [];
  for (const factor of FACTORS) {
    const deadlineMs = Math.round((deadlineAt - startedAt) * factor);
    if (deadlineMs > 0) alternatives.push(await alternative(workflow, deadlineMs, { home, extensions }));
  }
  return alternatives;
}

/** The same workflow, planned for another deadline. */
export async function alternative(
  workflow: Workflow,
  deadlineMs: DurationMs,
  { home, extensions }: PlanPlace,
): Promise<PlanAlternative> {
  try {
    const { sharding, plan } = await tryPlan({ ...workflow, deadline: `${deadlineMs}ms` }, home, extensions);
    const { madeAt, expectedEndAt, costUsd, chance } = plan;
    return {
      deadlineMs,
      plan: { shardCount: sharding.shards.length, expectedMs: expectedEndAt - madeAt, costUsd, chance },
    };
  } catch (error) {
    if (errorName(error) !== 'DeadlineUnreachable') throw error;
    return { deadlineMs, refusal: errorMessage(error) };
  }
}
