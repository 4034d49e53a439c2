import { byCodeUnit } from '../core/by-code-unit.ts';
import type { RunId } from '../core/ids.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import type { Table } from '../ports/table.ts';
import { parseShard, readyQueue, type ShardRecord } from './shard-record.ts';

export interface ReadyQuery {
  readonly run: RunId;
  readonly memoryTierMiB: MemoryMiB;
  /** The asking worker's zone. */
  readonly zone: string;
  readonly limit: number;
  /**
   * Who loses the first shard to another worker jumps to any of the next, so that slots which start together do not
   * lose every shard one after the other to the same rivals.
   *
   * @default - strictly by rank
   */
  readonly random?: Random;
}

/**
 * The shards that a worker should try to claim, in this order: of those in front of its tier's queue first the ones
 * planned for its zone, then the others, each by rank and then by name. The queue may lag behind the table: a claim
 * can fail.
 */
export async function nextReady(table: Table, query: ReadyQuery): Promise<readonly ShardRecord[]> {
  const { run, memoryTierMiB, zone, limit, random } = query;
  const items = await table.queryQueue({ queue: readyQueue(run, memoryTierMiB), limit });
  const ready = items.map(parseShard).filter(({ state }) => state === 'READY');
  ready.sort((a, b) => byCodeUnit(a.rank, b.rank) || byCodeUnit(a.shard, b.shard));
  const own = ready.filter((shard) => shard.zone === zone);
  const others = ready.filter((shard) => shard.zone !== zone);
  return random ? [...firstThenAny(own, random), ...firstThenAny(others, random)] : [...own, ...others];
}

/** @see Durstenfeld, "Algorithm 235: Random permutation", 1964 */
function firstThenAny(ranked: readonly ShardRecord[], random: Random): readonly ShardRecord[] {
  const [first, ...rest] = ranked;
  if (first === undefined) return [];
  const order: ShardRecord[] = [first];
  while (rest.length > 0) order.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return order;
}
