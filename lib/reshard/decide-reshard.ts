import type { CostUsd, DurationMs, EpochMs } from '../core/quantity.ts';
import type { WatchedShard } from '../observe/watched-shard.ts';
import { finishTime } from './finish-time.ts';
import type { ReshardRecord } from './reshard-record.ts';
import { reshardValue } from './reshard-value.ts';
import { splitPoints } from './split-points.ts';

/** A change must be worth this much more than it costs: predictions are uncertain, changes are not free to undo. */
export const HYSTERESIS = 0.3;

/**
 * A cut must save at least this share of what it cuts. The rests of running shards are measured, those of waiting ones
 * are predictions: while shards wait nothing is idle yet, and a cut that saves little is one to be sorry for.
 */
const SAVED_SHARE = 0.1;
const SAVED_SHARE_WHILE_WAITING = 0.4;
/** It must save as much as this many overheads, too: less is within the error of the overhead itself. */
const SAVED_OVERHEADS = 4;

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
  /** Slots that the run holds now: those of them that are idle cost money all the same. */
  readonly slotCount: number;
  /** Slots that it could hold: no fewer, as the ledger has room for more. */
  readonly slotMax: number;
  /** Until a slot works that the run does not hold yet. */
  readonly startDelayMs: DurationMs;
  readonly slotUsdPerMs: CostUsd;
  readonly latenessUsdPerMs: CostUsd;
  readonly requestUsd: CostUsd;
  readonly lateChance: number;
  readonly earlier: readonly ReshardRecord[];
}

/**
 * Weighs, for each operation, cutting its longest open shard against leaving it: into two, or into as many as there are
 * idle slots for its parts. The best of these is made when its expected gain beats (1 + hysteresis) times its cost. At
 * most one shard per operation and call is cut, none within the cool-down of the last one.
 *
 * @returns a record for every change that was weighed, taken or not
 * @complexity O(n log n · log slots) for n open shards
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
  const idleCount = Math.max(1, request.slotMax - operation.shards.length);
  const weighed = tailCounts(idleCount).flatMap((tailCount) => {
    const waits = operation.shards.length + tailCount > request.slotCount && request.slotMax > request.slotCount;
    const overheadMs = operation.overheadMs + (waits ? request.startDelayMs : 0);
    const cutsAt = splitPoints(victim, { ...operation, overheadMs, tailCount });
    return cutsAt.length > 0 ? [weighCuts({ ...operation, overheadMs }, request, { victim, cutsAt })] : [];
  });
  const [first, ...others] = weighed;
  if (!first) return undefined;
  const best = others.reduce((most, one) => (netUsd(one) > netUsd(most) ? one : most), first);
  return record(best, { victim, operation, request });
}

type VictimShard = OpenOperation['shards'][number];

function longest(shards: readonly VictimShard[]): VictimShard | undefined {
  return shards.toSorted((a, b) => b.remainingMs - a.remainingMs)[0];
}

/** One tail, then about half as many again each time, up to one for each idle slot: the best lies near one of them. */
function tailCounts(idleCount: number): readonly number[] {
  const counts: number[] = [];
  for (let count = 1; count < idleCount; count = Math.ceil(count * 1.5)) counts.push(count);
  return [...counts, idleCount];
}

interface WeighedCuts {
  readonly cutsAt: readonly number[];
  readonly savedMs: DurationMs;
  readonly gainUsd: CostUsd;
  readonly costUsd: CostUsd;
}

interface Cuts {
  readonly victim: VictimShard;
  readonly cutsAt: readonly number[];
}

function weighCuts(operation: OpenOperation, request: ReshardRequest, cuts: Cuts): WeighedCuts {
  const effect = effectOfCuts(operation, cuts, request);
  const value = reshardValue(
    {
      ...effect,
      newShardCount: cuts.cutsAt.length,
      overheadMs: operation.overheadMs,
      lostWorkMs: 0,
      fanInRequests: cuts.cutsAt.length * operation.readerCount,
    },
    request,
  );
  return { cutsAt: cuts.cutsAt, savedMs: effect.savedMs, ...value };
}

function netUsd({ gainUsd, costUsd }: WeighedCuts): CostUsd {
  return gainUsd - (1 + HYSTERESIS) * costUsd;
}

interface Weighing {
  readonly victim: VictimShard;
  readonly operation: OpenOperation;
  readonly request: ReshardRequest;
}

function record(weighed: WeighedCuts, { victim, operation, request }: Weighing): ReshardRecord {
  const { cutsAt, savedMs, gainUsd, costUsd } = weighed;
  const taken = savedMs > leastSavedMs(victim, operation) && netUsd(weighed) > 0;
  const percent = Math.round((100 * ((cutsAt[0] ?? 0) - victim.start)) / (victim.end - victim.start));
  const parts = cutsAt.length > 1 ? ` into ${cutsAt.length + 1}` : '';
  const what = `${taken ? 'split' : 'keep'} ${victim.id} at ${percent} %${parts}`;
  return {
    at: request.now,
    change: victim.state === 'running' ? 'split-running' : 'split-waiting',
    operation: operation.id,
    shard: victim.id,
    cutsAt,
    gainUsd,
    costUsd,
    savedMs,
    taken,
    reason: `${what}: -${(savedMs / 1_000).toFixed(1)} s, +${costUsd.toFixed(6)} USD`,
  };
}

function leastSavedMs(victim: VictimShard, { shards, overheadMs }: OpenOperation): DurationMs {
  const waits = shards.some(({ id, state }) => state === 'waiting' && id !== victim.id);
  const share = waits ? SAVED_SHARE_WHILE_WAITING : SAVED_SHARE;
  return Math.max(SAVED_OVERHEADS * overheadMs, share * victim.remainingMs);
}

/** What the cuts do to the end of the operation, and through its slack to the workflow's. */
function effectOfCuts(
  { shards, overheadMs, slackMs }: OpenOperation,
  { victim, cutsAt }: Cuts,
  { slotCount, slotMax }: ReshardRequest,
): { readonly savedMs: DurationMs; readonly idleSavedMs: DurationMs } {
  const others = shards.filter(({ id }) => id !== victim.id);
  const rest = (state: WatchedShard['state']) =>
    others.filter((shard) => shard.state === state).map((s) => s.remainingMs);
  const running = rest('running');
  const waiting = rest('waiting');
  const { headMs, tailsMs } = partsOf(victim, cutsAt, overheadMs);
  const isRunning = victim.state === 'running';
  const before = isRunning
    ? finishTime([...running, victim.remainingMs], waiting, slotMax)
    : finishTime(running, [...waiting, victim.remainingMs], slotMax);
  const after = isRunning
    ? finishTime([...running, headMs], [...waiting, ...tailsMs], slotMax)
    : finishTime(running, [...waiting, headMs, ...tailsMs], slotMax);
  const idleSavedMs = Math.max(0, before - after) * slotCount;
  return { savedMs: Math.max(0, before - after - Math.max(0, slackMs)), idleSavedMs };
}

/** The rest is shared by units; each tail pays its start. */
function partsOf({ cursor, end, remainingMs }: VictimShard, cutsAt: readonly number[], overheadMs: DurationMs) {
  const unitMs = remainingMs / (end - cursor);
  const tailsMs = cutsAt.map((at, tail) => ((cutsAt[tail + 1] ?? end) - at) * unitMs + overheadMs);
  return { headMs: ((cutsAt[0] ?? end) - cursor) * unitMs, tailsMs };
}
