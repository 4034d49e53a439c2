import type { RunId, ShardId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import { copyShard } from '../run/copy-shard.ts';
import { cutShard } from '../run/cut-shard.ts';
import { mergeShards } from '../run/merge-shards.ts';
import { releaseShard } from '../run/release-shard.ts';
import { endOf, type ShardRecord } from '../run/shard-record.ts';
import { dropSlot } from '../run/slot-store.ts';
import { writeTypeTier } from '../run/type-tier.ts';
import type { ReshardRecord } from './reshard-record.ts';

interface Scene {
  readonly run: RunId;
  /** The shards as they were when it was decided. */
  readonly records: ReadonlyMap<ShardId, ShardRecord>;
  /** Zones in which new work may start. */
  readonly zones: readonly string[];
}

const SLOW = { name: 'ShardTimedOut', message: 'it was so slow that it was begun again elsewhere' } as const;

/** Carries a decision out. What has changed since it was taken is left alone: each write looks at the shard again. */
export async function makeChange(
  {
    change,
    shard: first,
    shards = first === undefined ? [] : [first],
    cuts = [],
    merges = [],
    tier,
    slots,
  }: ReshardRecord,
  { run, records, zones }: Scene,
  { table, clock }: Pick<Services, 'table' | 'clock'>,
): Promise<void> {
  const now = clock.now();
  if (tier) await writeTypeTier(table, run, tier);
  for (const slot of slots?.dropped ?? []) await dropSlot(table, { run, slot }, now);
  for (const { shard, cutsAt } of cuts) {
    const record = records.get(shard);
    if (record) await cutShard(table, record, { cutsAt, now });
  }
  for (const group of merges) {
    await mergeAll(
      table,
      group.flatMap((shard) => records.get(shard) ?? []),
      now,
    );
  }
  if (change !== 'copy' && change !== 'clone' && change !== 'restart') return;
  for (const record of shards.flatMap((shard) => records.get(shard) ?? [])) {
    const zone = elsewhere(record.zone, zones);
    if (change !== 'restart') await copyShard(table, record, { zone, now });
    else if (record.state === 'RUNNING') {
      const verdict = { ...record, kind: 'retry' as const, attempts: record.attempts + 1, zone };
      await releaseShard(table, record, { verdict, error: SLOW, now });
    }
  }
}

/** One merge after the other into the first; it ends with the first that is refused. */
async function mergeAll(table: Services['table'], group: readonly ShardRecord[], now: EpochMs): Promise<void> {
  let [head] = group;
  for (const next of group.slice(1)) {
    if (!head || endOf(head) !== next.range.start) return;
    const merge = await mergeShards(table, { head, next }, now);
    if (!merge.merged) return;
    head = merge.head;
  }
}

/** The open zone after the given one, round and round; itself when there is no other. */
function elsewhere(zone: string, zones: readonly string[]): string {
  const others = zones.filter((other) => other !== zone);
  return others.find((other) => other > zone) ?? others[0] ?? zone;
}
