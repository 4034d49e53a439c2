import { ForeshardError } from '../core/foreshard-error.ts';
import type { PoolId } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import { PoolLedger } from '../plan/pool-ledger.ts';
import type { Item, ItemKey, Table } from '../ports/table.ts';

/** Each failed try means that another run changed the pool in between, and so got on. */
const LEDGER_TRIES_MAX = 64;
const READS_AT_ONCE_MAX = 16;

export interface LedgerChange<Answer> {
  /** The pool as it is set up: how many slots it has is no matter of the ledger. */
  readonly pool: Pick<PoolLedger, 'pool' | 'slotMax'>;
  /** Unique for this change: a write whose answer was lost is recognised by it. */
  readonly writer: string;
  /**
   * The decision, pure: called again on what the pool holds then when another change came first. Without a ledger
   * nothing is written. It should put aside what its own run holds before it asks for more, so that a change that
   * failed half way may be made again.
   */
  readonly decide: (ledger: PoolLedger) => { readonly ledger?: PoolLedger; readonly answer: Answer };
}

/**
 * Changes what a pool holds, by compare-and-set on its version: of two runs that ask at once, the second decides on
 * what the first left.
 *
 * @returns the answer of the decision that was written
 * @throws {ForeshardError} `Throttled` when other changes came first every time
 */
export async function changeLedger<Answer>(table: Table, change: LedgerChange<Answer>): Promise<Answer> {
  const { pool, writer, decide } = change;
  const key = ledgerKey(pool.pool);
  let item = await table.get(key);
  for (let tries = 0; tries < LEDGER_TRIES_MAX; tries += 1) {
    const version = versionOf(item);
    const { ledger, answer } = decide(ledgerOf(pool, item));
    if (!ledger) return answer;
    const write = await table.put(
      { ...key, version: version + 1, writer, holds: ledger.holds, ...(ledger.waits && { waits: ledger.waits }) },
      item ? { attribute: 'version', equals: version } : { attribute: 'version', exists: false },
    );
    const landed = write.item?.writer === writer && versionOf(write.item) === version + 1;
    if (write.applied || landed) return answer;
    item = write.item;
  }
  throw new ForeshardError(
    'Throttled',
    `the ledger of pool '${pool.pool}' changed ${LEDGER_TRIES_MAX} times while it was written`,
  );
}

/** What each pool holds, in the order asked for. */
export async function readLedgers(
  table: Table,
  pools: readonly Pick<PoolLedger, 'pool' | 'slotMax'>[],
): Promise<readonly PoolLedger[]> {
  return inParallel(pools, READS_AT_ONCE_MAX, async (pool) => ledgerOf(pool, await table.get(ledgerKey(pool.pool))));
}

function ledgerKey(pool: PoolId): ItemKey {
  return { partition: 'LEDGER', sort: pool };
}

function versionOf(item: Item | undefined): number {
  return typeof item?.version === 'number' ? item.version : 0;
}

function ledgerOf({ pool, slotMax }: Pick<PoolLedger, 'pool' | 'slotMax'>, item: Item | undefined): PoolLedger {
  const waits = item?.waits ? { waits: item.waits } : {};
  return parseStrictly(PoolLedger, { pool, slotMax, holds: item?.holds ?? [], ...waits }, `ledger of pool '${pool}'`);
}
