/** Where an item is listed in the queue index; nowhere without a queue. */
export interface Listed {
  readonly queue: string | undefined;
  readonly rank: string | undefined;
}

/**
 * Writes of an index that projects whole items, for one write of its table: one to put an entry, to take one away or to
 * change what it projects, two to move it to another key.
 *
 * @see DynamoDB Developer Guide, "Provisioned throughput considerations for global secondary indexes"
 */
export function indexUnits(before: Listed | undefined, now: Listed): number {
  const [was, is] = [before?.queue !== undefined, now.queue !== undefined];
  if (!was && !is) return 0;
  if (was !== is) return 1;
  return before?.queue === now.queue && before?.rank === now.rank ? 1 : 2;
}
