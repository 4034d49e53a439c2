import type { CostUsd, DurationMs, EpochMs } from '../core/quantity.ts';
import type { WatchedShard } from '../observe/watched-shard.ts';
import { finishTime } from './finish-time.ts';
import type { ReshardRecord } from './reshard-record.ts';
import { reshardValue } from './reshard-value.ts';
import { splitPoint } from './split-point.ts';

/** A change must be worth this much more than it costs: predictions are uncertain, changes are not free to undo. */
export const HYSTERESIS = 0.3;

/** No operation is changed again within this many start overheads. */
const COOL_DOWN_OVERHEADS = 2;

/** An operation with shards that are not done. */
export interface OpenOperation {
  readonly id: string;
  /** How late it may end without making the workflow late. */
  readonly slackMs: DurationMs;
  /** Units at which its ranges may be cut; nothing when any unit will do. */
  readonly borders?: readonly number[];
  /** Start and fixed input of one shard. */
  readonly overheadMs: DurationMs;
  /** Requests that one more output object costs its readers. */
  readonly readerCount: number;
  readonly shards: readonly (WatchedShard & { readonly remainingMs: DurationMs })[];
}

export interface ReshardRequest {
  readonly now: EpochMs;
  readonly operations: readonly OpenOperation[];
  /** Slots that are working for the run. */
  readonly slotCount: number;
  readonly slotUsdPerMs: CostUsd;
  readonly latenessUsdPerMs: CostUsd;
  readonly requestUsd: CostUsd;
  readonly lateChance: number;
  readonly earlier: readonly ReshardRecord[];
}

/**
 * Weighs, for each operation, cutting its longest open shard in two against leaving it, and takes the cut when its
 * expected gain beats (1 + hysteresis) times its cost. At most one change per operation and call, none within the
 * cool-down of the last one.
 *
 * @returns a record for every change that was weighed, taken or not
 * @complexity O(n log n + n·slots) for n open shards
 * @see docs/methods.md, "Re-sharding"
 */
export function decideReshard(request: ReshardRequest): readonly ReshardRecord[] {
  return request.operations
    .filter((operation) => !coolingDown(operation, request))
    .flatMap((operation) => weighSplit(operation, request) ?? []);
}

function coolingDown({ id, overheadMs }: OpenOperation, { earlier, now }: ReshardRequest): boolean {
  return earlier.some(({ operation, taken, at }) => {
    return taken && operation === id && now - at < COOL_DOWN_OVERHEADS * overheadMs;
  });
}

function weighSplit(operation: OpenOperation, request: ReshardRequest): ReshardRecord | undefined {
  const victim = longest(operation.shards);
  if (!victim) return undefined;
  const splitAt = splitPoint(victim, operation.overheadMs, operation.borders);
  if (splitAt === undefined) return undefined;
  const headShare = (splitAt - victim.cursor) / (victim.end - victim.cursor);
  const effect = effectOfSplit(operation, { victim, headShare, slotCount: request.slotCount });
  const { gainUsd, costUsd } = reshardValue(
    {
      ...effect,
      newShardCount: 1,
      overheadMs: operation.overheadMs,
      lostWorkMs: 0,
      fanInRequests: operation.readerCount,
    },
    request,
  );
  const taken = effect.savedMs > 0 && gainUsd > (1 + HYSTERESIS) * costUsd;
  const percent = Math.round((100 * (splitAt - victim.start)) / (victim.end - victim.start));
  const seconds = (effect.savedMs / 1_000).toFixed(1);
  return {
    at: request.now,
    change: victim.state === 'running' ? 'split-running' : 'split-waiting',
    operation: operation.id,
    shard: victim.id,
    splitAt,
    gainUsd,
    costUsd,
    savedMs: effect.savedMs,
    taken,
    reason: `${taken ? 'split' : 'keep'} ${victim.id} at ${percent} %: -${seconds} s, +${costUsd.toFixed(6)} USD`,
  };
}

type VictimShard = OpenOperation['shards'][number];

function longest(shards: readonly VictimShard[]): VictimShard | undefined {
  return shards.toSorted((a, b) => b.remainingMs - a.remainingMs)[0];
}

interface Split {
  readonly victim: VictimShard;
  readonly headShare: number;
  readonly slotCount: number;
}

/** What the split does to the end of the operation, and through its slack to the workflow's. */
function effectOfSplit(
  { shards, overheadMs, slackMs }: OpenOperation,
  { victim, headShare, slotCount }: Split,
): { readonly savedMs: DurationMs; readonly idleSavedMs: DurationMs } {
  const others = shards.filter(({ id }) => id !== victim.id);
  const rest = (state: WatchedShard['state']) =>
    others.filter((shard) => shard.state === state).map((s) => s.remainingMs);
  const running = rest('running');
  const waiting = rest('waiting');
  const head = victim.remainingMs * headShare;
  const tail = victim.remainingMs - head + overheadMs;
  const isRunning = victim.state === 'running';
  const before = isRunning
    ? finishTime([...running, victim.remainingMs], waiting, slotCount)
    : finishTime(running, [...waiting, victim.remainingMs], slotCount);
  const after = isRunning
    ? finishTime([...running, head], [...waiting, tail], slotCount)
    : finishTime(running, [...waiting, head, tail], slotCount);
  const idleSavedMs = Math.max(0, before - after) * slotCount;
  return { savedMs: Math.max(0, before - after - Math.max(0, slackMs)), idleSavedMs };
}
