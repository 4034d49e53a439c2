import { setTimeout as sleep } from 'node:timers/promises';
import { ForeshardError } from '../../core/foreshard-error.ts';
import { fullJitter } from './full-jitter.ts';
import type { StoredItem } from './stored-item.ts';

/** @see Amazon DynamoDB API Reference, "BatchWriteItem": at most 25 puts in a request */
const BATCH_MAX = 25;
const BATCH_TRIES_MAX = 10;
const BACKOFF = { firstMs: 20, maxMs: 2_000 };

/** Cuts items into requests; of two items with one key the later is written, because a request may not hold both. */
export function batchesOf(items: readonly StoredItem[]): readonly (readonly StoredItem[])[] {
  const byKey = new Map(items.map((item) => [JSON.stringify([item.partition, item.sort]), item]));
  const distinct = [...byKey.values()];
  return Array.from({ length: Math.ceil(distinct.length / BATCH_MAX) }, (_, batch) =>
    distinct.slice(batch * BATCH_MAX, (batch + 1) * BATCH_MAX),
  );
}

/**
 * Writes a batch until nothing of it is left: DynamoDB answers a request that it could take only in part with what it
 * did not write.
 *
 * @param send one request; answers what was not written
 * @throws {ForeshardError} `Throttled` when something is still left after the last try
 */
export async function batchWrite(
  batch: readonly StoredItem[],
  send: (items: readonly StoredItem[]) => Promise<readonly StoredItem[]>,
): Promise<void> {
  let left = batch;
  for (let tries = 0; tries < BATCH_TRIES_MAX; tries += 1) {
    if (tries > 0) await sleep(fullJitter(tries, BACKOFF));
    left = await send(left);
    if (left.length === 0) return;
  }
  throw new ForeshardError(
    'Throttled',
    `${left.length} of ${batch.length} items were not written in ${BATCH_TRIES_MAX} tries`,
  );
}
