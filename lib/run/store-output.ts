import type { RunId } from '../core/ids.ts';
import type { ObjectLocation, ObjectStore } from '../ports/object-store.ts';
import type { ShardRecord } from './shard-record.ts';

/** Where an output is written: the first store, and for operations with a replica the second. */
export type OutputStores = readonly [ObjectStore, ...ObjectStore[]];

/** The epoch makes it unique: an attempt that was given up and still writes harms nobody. */
export function outputLocation({ run, shard, epoch }: Pick<ShardRecord, 'run' | 'shard' | 'epoch'>): ObjectLocation {
  return `${outputPrefix(run)}${shard}/${epoch}`;
}

/** Everything that a run's shards have put out lies under it. */
export function outputPrefix(run: RunId): ObjectLocation {
  return `runs/${run}/outputs/`;
}

/** Writes an output wherever it belongs, at once: it is committed only when all of it is there. */
export async function storeOutput(stores: OutputStores, location: ObjectLocation, body: Uint8Array): Promise<void> {
  await Promise.all(stores.map((store) => store.put(location, body, { ifAbsent: true })));
}

/** Removes an output that nobody will read. */
export async function removeOutput(stores: OutputStores, location: ObjectLocation): Promise<void> {
  await Promise.all(stores.map((store) => store.delete(location)));
}
