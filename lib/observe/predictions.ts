import type { ShardId } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { Forecast, ShardNeed } from '../forecast/forecast.ts';
import type { Interval } from '../forecast/interval.ts';
import type { ShardRecord } from '../run/shard-record.ts';
import { endOf } from '../run/shard-record.ts';
import type { Sharding } from '../shards/sharding.ts';

/** What was predicted for the shards of a run, also for those that were cut off others since. */
export interface Predictions {
  need(shard: Pick<ShardRecord, 'root' | 'range' | 'splitAt'>): ShardNeed | undefined;
  /** Sum of the expected durations of an operation's shards. */
  operationMs(operation: string): DurationMs;
}

/**
 * Looks predictions up by shard. A shard that was cut has the part of its first shard's prediction that its range is
 * of that one's; memory does not shrink with the range.
 *
 * @param volume how many times what was expected a shard's input is, where that is known by now
 */
export function predictions(
  forecast: Forecast,
  { shards }: Pick<Sharding, 'shards'>,
  volume: (root: ShardId) => number = () => 1,
): Predictions {
  const needs = new Map(forecast.shards.map(({ shard, need }) => [shard, need]));
  const units = new Map<ShardId, number>(shards.map(({ id, range }) => [id, range.end - range.start]));
  const totals = new Map<string, DurationMs>();
  for (const { id, operation } of shards) {
    totals.set(operation, (totals.get(operation) ?? 0) + volume(id) * (needs.get(id)?.durationMs.point ?? 0));
  }
  return {
    need(shard) {
      const whole = needs.get(shard.root);
      if (!whole) return undefined;
      const part = (endOf(shard) - shard.range.start) / Math.max(1, units.get(shard.root) ?? 1);
      const share = part * volume(shard.root);
      return share === 1 ? whole : scaled(whole, share);
    },
    operationMs: (operation) => totals.get(operation) ?? 0,
  };
}

function scaled(need: ShardNeed, share: number): ShardNeed {
  const part = ({ point, lower, upper, level }: Interval) => ({
    point: point * share,
    lower: lower * share,
    upper: upper * share,
    level,
  });
  const { cpuMs, durationMs, ioMs, networkBytes } = need;
  return {
    ...need,
    cpuMs: part(cpuMs),
    durationMs: part(durationMs),
    ioMs: part(ioMs),
    networkBytes: part(networkBytes),
  };
}
