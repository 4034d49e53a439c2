import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Settings } from '../core/settings.ts';
import { provisionedWindows } from '../plan/provisioned-windows.ts';
import { type ProvisionStep, reconcileProvisioned } from '../plan/reconcile-provisioned.ts';
import type { ProvisionedState, Provisioning } from '../ports/provisioning.ts';
import type { LoadedDemand } from './load-demand.ts';

/** What is on, or about to be: a reservation must not fall below it. Nothing where nothing can be bought. */
export interface BoughtEnvironments {
  readonly observed: ReadonlyMap<string, ProvisionedState>;
  readonly countsByPool: ReadonlyMap<string, number>;
}

/** Looks at the started environments of every pool. */
export async function loadProvisioned(
  provisioning: Provisioning | undefined,
  { pools, now, leadMs }: Pick<LoadedDemand, 'pools'> & { readonly now: EpochMs; readonly leadMs: DurationMs },
): Promise<BoughtEnvironments> {
  const observed = (await provisioning?.observe(pools.map(({ functionName }) => functionName))) ?? new Map();
  const countsByPool = pools.map(({ id, functionName }) => {
    const state = observed.get(functionName);
    const { raise, lower } = state ?? {};
    const raised = raise && lower && raise.at < now + leadMs && lower.at > now ? raise.environmentCount : 0;
    return [id, Math.max(state?.environmentCount ?? 0, raised)] as const;
  });
  return { observed, countsByPool: new Map(countsByPool) };
}

export interface ProvisionContext {
  readonly demand: Pick<LoadedDemand, 'plans' | 'pools'>;
  readonly bought: BoughtEnvironments;
  readonly settings: Pick<Settings, 'startDelayMs'>;
  /** False in an account that leaves nothing to reserve: started environments would take the rest from everybody. */
  readonly mayBuy: boolean;
  readonly now: EpochMs;
}

/** Registers the windows in which started environments pay, and takes back those that no longer do. */
export async function provisionWindows(
  provisioning: Provisioning | undefined,
  { demand, bought, settings, mayBuy, now }: ProvisionContext,
): Promise<readonly ProvisionStep[]> {
  if (!provisioning) return [];
  const windows = mayBuy ? provisionedWindows({ ...demand, coldStartMs: settings.startDelayMs, now }) : [];
  const steps = reconcileProvisioned({ windows, observed: bought.observed, now });
  for (const step of steps) {
    if (step.do === 'register') await provisioning.register(step.window);
    else await provisioning.release(step.functionName, step.at);
  }
  return steps;
}
