import { ForeshardError } from '../core/foreshard-error.ts';
import type { Change, Condition, Item, ItemKey, Table } from '../ports/table.ts';

/** Every item of a run has it: a change of what was never created would make half an item. */
const CREATED: Condition = { attribute: 'run', exists: true };

/** @throws {ForeshardError} `InvariantBroken` when the item does not exist */
export async function requireItem(table: Table, key: ItemKey): Promise<Item> {
  return (await table.get(key)) ?? missing(key);
}

/**
 * Changes an item that must be there.
 *
 * @returns the item as it is after the change
 * @throws {ForeshardError} `InvariantBroken` when the item does not exist
 */
export async function changeItem(table: Table, key: ItemKey, change: Change): Promise<Item> {
  const write = await table.update(key, change, CREATED);
  return write.applied ? write.item : missing(key);
}

function missing({ partition, sort }: ItemKey): never {
  throw new ForeshardError(
    'InvariantBroken',
    `item '${sort}' of '${partition}' does not exist, but others refer to it; the run was not created whole`,
  );
}
