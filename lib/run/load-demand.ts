import type { RunId } from '../core/ids.ts';
import { listPools } from '../plan/list-pools.ts';
import { Plan } from '../plan/plan.ts';
import type { Pool } from '../plan/pool.ts';
import type { Reservation } from '../plan/reconcile-concurrency.ts';
import type { Services } from '../ports/services.ts';
import { readLedgers } from './ledger-store.ts';
import { hasDocument, readDocument } from './run-document.ts';

/** What all active runs ask of the worker functions, and what is reserved for them. */
export interface LoadedDemand {
  readonly plans: readonly Plan[];
  readonly pools: readonly Pool[];
  /** Slots in the ledger, by pool. */
  readonly heldCounts: ReadonlyMap<string, number>;
  /** Reserved concurrency now, by function. */
  readonly observed: ReadonlyMap<string, Reservation>;
}

/** Reads the ledger, the plans of the runs that hold something in it, and the reservations as they are. */
export async function loadDemand({
  table,
  objects,
  functions,
  settings,
}: Pick<Services, 'table' | 'objects' | 'functions' | 'settings'>): Promise<LoadedDemand> {
  const pools = listPools(settings, new Set());
  const ledgers = await readLedgers(
    table,
    pools.map(({ id, slotMax }) => ({ pool: id, slotMax })),
  );
  const runs = new Set<RunId>(ledgers.flatMap(({ holds }) => holds.map(({ run }) => run)));
  const plans: Plan[] = [];
  for (const run of runs) {
    const document = { run, name: 'plan' } as const;
    if (await hasDocument(objects, document)) plans.push(await readDocument(objects, document, Plan));
  }
  const observed = new Map<string, Reservation>();
  for (const { functionName } of pools) observed.set(functionName, await functions.concurrency(functionName));
  const held = ledgers.map(
    ({ pool, holds }) => [pool, holds.reduce((sum, { slotCount }) => sum + slotCount, 0)] as const,
  );
  return { plans, pools, heldCounts: new Map(held), observed };
}
