import { errorMessage, ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { listPools } from '../plan/list-pools.ts';
import type { Pool } from '../plan/pool.ts';
import type { PoolLedger, SlotHold } from '../plan/pool-ledger.ts';
import type { Services } from '../ports/services.ts';
import { type ActiveRun, readActiveRuns } from '../run/active-run.ts';
import { changeLedger, readLedgers } from '../run/ledger-store.ts';
import { runKey } from '../run/run-record.ts';
import { abortActive, type Closer } from './abort-execution.ts';
import { executionIsOver } from './execution-is-over.ts';
import { recoverRun } from './recover-run.ts';

export interface SweepRuns extends Closer {
  /** No run is begun after this moment: the next sweep has its turn. */
  readonly until: EpochMs;
}

export interface SweptRuns {
  /** Runs whose execution was over: what they held is free. */
  readonly aborted: readonly RunId[];
  /** Runs that go on: what was cut off half way is finished, what dead slots held is free. */
  readonly repaired: readonly RunId[];
  /** Slots in the ledger of runs that nobody carries out. */
  readonly orphanedSlotCount: number;
}

/**
 * Looks at every run that may hold something: those whose execution is over are ended, the others repaired. May be
 * repeated, and may run beside itself and everything else.
 *
 * @throws {ForeshardError} `InvariantBroken` when runs could not be swept, naming them, after all others were
 * @complexity reads each run that goes on whole; a run that fails does not keep the others from being swept
 */
export async function sweepRuns(sweep: SweepRuns, services: Services): Promise<SweptRuns> {
  const { table, clock, settings, random } = services;
  const pools = listPools(settings, new Set());
  // Before the list of runs: a run is listed before it holds anything, so a hold of no listed run is nobody's.
  const ledgers = await readLedgers(
    table,
    pools.map(({ id, slotMax }) => ({ pool: id, slotMax })),
  );
  const active = await readActiveRuns(table);
  const orphanedSlotCount = await releaseOrphans(ledgers, { pools, active, services });
  const swept = { aborted: [] as RunId[], repaired: [] as RunId[] };
  const failures: string[] = [];
  for (const one of fromAnywhere(active, random)) {
    if (clock.now() >= sweep.until) break;
    try {
      const outcome = await sweepActive(one, sweep, { pools, services });
      if (outcome !== 'left') swept[outcome].push(one.run);
    } catch (error) {
      failures.push(`'${one.run}': ${errorMessage(error)}`);
    }
  }
  if (failures.length > 0) throw sweepFailure(failures);
  return { ...swept, orphanedSlotCount };
}

function sweepFailure(failures: readonly string[]): ForeshardError {
  const message = `${failures.length} runs could not be swept, the next sweep tries again: ${failures.join('; ')}`;
  return new ForeshardError('InvariantBroken', message);
}

/** Begun at another one each time: where there are more runs than time, each has its turn. */
function fromAnywhere(active: readonly ActiveRun[], random: Random): readonly ActiveRun[] {
  const first = Math.floor(random() * active.length);
  return [...active.slice(first), ...active.slice(0, first)];
}

async function sweepActive(
  active: ActiveRun,
  sweep: SweepRuns,
  { pools, services }: { readonly pools: readonly Pool[]; readonly services: Services },
): Promise<'aborted' | 'repaired' | 'left'> {
  if (await executionIsOver(active.execution, services)) {
    return (await abortActive(active, sweep, { pools, services })) ? 'aborted' : 'left';
  }
  // Before its first plan a run has nothing that could be half done.
  if (!(await services.table.get(runKey(active.run)))) return 'left';
  await recoverRun(active.run, services);
  return 'repaired';
}

interface Listed {
  readonly pools: readonly Pool[];
  readonly active: readonly ActiveRun[];
  readonly services: Pick<Services, 'table' | 'random'>;
}

/** A call that outlived its execution may take slots for a run that was ended: nobody would give them back. */
async function releaseOrphans(ledgers: readonly PoolLedger[], { pools, active, services }: Listed): Promise<number> {
  const listed = new Set(active.map(({ run }) => run));
  let slotCount = 0;
  for (const [index, { id, slotMax }] of pools.entries()) {
    const orphans = (ledgers[index]?.holds ?? []).filter(({ run }) => !listed.has(run));
    if (orphans.length === 0) continue;
    slotCount += await changeLedger(services.table, {
      pool: { pool: id, slotMax },
      writer: `sweep:${services.random()}`,
      decide: (ledger) => withoutOrphans(ledger, orphans),
    });
  }
  return slotCount;
}

/** The very holds that were seen: a run that was resumed since may hold others. */
function withoutOrphans(ledger: PoolLedger, orphans: readonly SlotHold[]) {
  const isOrphan = (hold: SlotHold) =>
    orphans.some(({ run, from, until }) => run === hold.run && from === hold.from && until === hold.until);
  const gone = ledger.holds.filter(isOrphan);
  const answer = gone.reduce((sum, { slotCount }) => sum + slotCount, 0);
  if (gone.length === 0) return { answer };
  return { ledger: { ...ledger, holds: ledger.holds.filter((hold) => !isOrphan(hold)) }, answer };
}
