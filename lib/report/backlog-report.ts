import * as z from 'zod';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { expectedSteps } from '../run/backlog/expected-steps.ts';
import type { IntakeList, IntakeRecord } from '../run/backlog/intake-record.ts';
import { placeArrivals } from '../run/input/read-intake.ts';
import { endOf, type ShardRecord } from '../run/shard-record.ts';
import { backlogSteps, streamOf } from '../shards/backlog-layout.ts';
import type { ShardedOperation } from '../shards/sharding.ts';
import { patentBacklog } from '../simulate/capacity-controllers.ts';
import { simulateQueue } from '../simulate/simulate-queue.ts';

/** How long objects took from their arrival to the commit of their shard; what lay there counts from the start. */
const Lag = z.strictObject({
  medianMs: z.number(),
  p95Ms: z.number(),
  maxMs: z.number(),
  /** The share of objects within the objective. */
  withinShare: z.number(),
  /** Time of the slots that were there for it. */
  slotMs: z.number(),
});
export type Lag = z.infer<typeof Lag>;

/** What became of a backlog, beside what a reactive controller would have made of the same arrivals. */
export const BacklogReport = z.strictObject({
  operation: z.string(),
  objectCount: z.int().nonnegative(),
  objectiveMs: z.number(),
  /** Step by step: what came, what had been expected before the run, and how long its slowest object took. */
  steps: z.array(
    z.strictObject({ at: z.number(), bytes: z.number(), expectedBytes: z.number(), maxLagMs: z.number().optional() }),
  ),
  lag: Lag,
  /** The controller of US patent 11233738, simulated: same objects, same work for each, first come, first served. */
  patent: Lag,
});
export type BacklogReport = z.infer<typeof BacklogReport>;

/** A backlog as the store holds it. */
export interface BacklogFacts {
  readonly operation: ShardedOperation;
  /** In order, each with what it brought. */
  readonly intakes: readonly (IntakeRecord & { readonly list: IntakeList })[];
  readonly startDelayMs: DurationMs;
  readonly slotMax: number;
  /** Time of all slots of the run. */
  readonly slotMs: DurationMs;
}

interface DoneObject {
  readonly step: number;
  readonly arrivedAt: EpochMs;
  readonly doneAt: EpochMs;
  /** Its part of the time that its shard took, by bytes. */
  readonly workMs: DurationMs;
}

/** The baseline looks as often as its authors' servers report; it has slots as fast as the run has them. */
const TICK_MS = 1_000;

/**
 * Says how long a backlog's objects took, and how long they would have taken under the patent's controller.
 *
 * @param records all shards of the operation
 * @returns nothing when no object was committed
 * @complexity O(objects · (steps + log objects))
 */
export function backlogReport(
  facts: BacklogFacts,
  { records, startedAt }: { readonly records: readonly ShardRecord[]; readonly startedAt: EpochMs },
): BacklogReport | undefined {
  const { operation, intakes, slotMs } = facts;
  const stream = streamOf(operation.source);
  const done = intakes.flatMap((intake) => doneObjects(intake, records, startedAt));
  if (!stream || done.length === 0) return undefined;
  const { lagMs } = backlogSteps(stream);
  const expected = expectedSteps(operation.layout, 0.5);
  return {
    operation: operation.id,
    objectCount: done.length,
    objectiveMs: lagMs,
    steps: intakes.map(({ step, at, bytes }) => {
      const lags = done.filter((one) => one.step === step).map(({ arrivedAt, doneAt }) => doneAt - arrivedAt);
      const maxLagMs = lags.length > 0 && { maxLagMs: lags.reduce((most, one) => Math.max(most, one), 0) };
      return { at, bytes, expectedBytes: expected[step]?.point ?? 0, ...maxLagMs };
    }),
    lag: lagOf(done, lagMs, slotMs),
    patent: patentLag(done, lagMs, facts),
  };
}

/** Objects of a step that were committed: an object belongs to the shard in which it starts. */
function doneObjects(
  { step, list }: BacklogFacts['intakes'][number],
  records: readonly ShardRecord[],
  startedAt: EpochMs,
): readonly DoneObject[] {
  const placed = placeArrivals(list, step);
  return records.flatMap((record) => {
    const { doneAt, claimedAt = doneAt } = record;
    if (record.state !== 'DONE' || doneAt === undefined || claimedAt === undefined) return [];
    const own = placed.filter(({ start }) => start >= record.range.start && start < endOf(record));
    const bytes = own.reduce((sum, { object }) => sum + object.sizeBytes + 1, 0);
    return own.map(({ object }) => ({
      step,
      arrivedAt: Math.max(startedAt, object.arrivedAt),
      doneAt,
      workMs: ((doneAt - claimedAt) * (object.sizeBytes + 1)) / bytes,
    }));
  });
}

function patentLag(done: readonly DoneObject[], lagMs: DurationMs, { startDelayMs, slotMax }: BacklogFacts): Lag {
  const work = done
    .map(({ arrivedAt, workMs }) => ({ arrivesAt: arrivedAt, workMs }))
    .sort((a, b) => a.arrivesAt - b.arrivesAt);
  const controller = patentBacklog(lagMs);
  const { endsAt, slotMs } = simulateQueue({ work, controller, tickMs: TICK_MS, startDelayMs, slotMax });
  const objects = work.map(({ arrivesAt }, at) => ({ arrivedAt: arrivesAt, doneAt: endsAt[at] ?? 0 }));
  return lagOf(objects, lagMs, slotMs);
}

function lagOf(
  objects: readonly Pick<DoneObject, 'arrivedAt' | 'doneAt'>[],
  objectiveMs: DurationMs,
  slotMs: DurationMs,
): Lag {
  const lags = objects.map(({ arrivedAt, doneAt }) => Math.max(0, doneAt - arrivedAt)).sort((a, b) => a - b);
  const quantile = (share: number) => lags[Math.max(0, Math.ceil(share * lags.length) - 1)] ?? 0;
  const within = lags.filter((lag) => lag <= objectiveMs).length;
  return {
    medianMs: quantile(0.5),
    p95Ms: quantile(0.95),
    maxMs: lags.at(-1) ?? 0,
    withinShare: within / Math.max(1, lags.length),
    slotMs,
  };
}
