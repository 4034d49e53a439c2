import { errorPlace } from '../core/error-place.ts';
import { errorMessage, errorName, ForeshardError, type ForeshardErrorName } from '../core/foreshard-error.ts';
import { isCopy, originalOf } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import { commitShard } from './commit-shard.ts';
import { endCopy } from './copy-shard.ts';
import { outputBuilder } from './input/output-builder.ts';
import type { OutputManifest } from './input/output-manifest.ts';
import { leaseOf } from './lease.ts';
import { meteredObjects } from './metered-objects.ts';
import { releaseShard } from './release-shard.ts';
import { outputRestorer } from './restore-output.ts';
import { runSteps } from './run-steps.ts';
import { endOf, type ShardRecord } from './shard-record.ts';
import { type OutputStores, outputLocation, removeOutput, storeOutput } from './store-output.ts';
import { withReplica } from './with-replica.ts';
import { type AttemptMeter, attemptMeter } from './work-attempt.ts';
import { workBlocks } from './work-blocks.ts';
import { workInput } from './work-input.ts';
import { type KeptLease, keepLease } from './work-lease.ts';
import type { WorkScope } from './work-scope.ts';

/** Every shard would fail the same way: with a pause between them the attempts last until the store is back. */
const STORE_FAULTS: ReadonlySet<string> = new Set<ForeshardErrorName>(['StoreUnavailable', 'Throttled']);

const NOTHING = () => undefined;

/**
 * Executes one claimed shard and commits it. A failure of the shard ends here, as its record and its telemetry; only
 * what a store throws goes on: the invocation ends, and its slot waits before it tries again.
 *
 * @param atCommit called when the work is done and only its commit is left to wait for
 */
export async function workShard(shard: ShardRecord, scope: WorkScope, atCommit = NOTHING): Promise<void> {
  const { services, judge } = scope;
  const { table, clock, settings } = services;
  const kept = keepLease(leaseOf(shard), services, {
    cursor: shard.cursor,
    leaseMs: settings.leaseMs,
    timeLimitMs: settings.shardLimitMs,
    timeLeftMs: scope.invocation.endsAt - clock.now(),
  });
  const metered = meteredObjects(services.objects, clock);
  const meter = attemptMeter(shard, metered.traffic, scope);
  try {
    const committed = await attempt({ shard, kept, meter, atCommit }, { ...services, objects: metered.objects }, scope);
    await scope.report(meter.ended(committed ? 'committed' : 'lost'));
  } catch (thrown) {
    // a task that was told to stop may throw what it likes: the reason is why it was told
    const cause: unknown = kept.signal.aborted ? kept.signal.reason : thrown;
    const error = { name: errorName(cause), message: messageOf(cause, meter) };
    const lost = error.name === 'LeaseLost' || error.name === 'Outrun';
    await scope.report(meter.ended(lost ? 'lost' : 'failed', error.name));
    if (error.name === 'Outrun' && isCopy(shard.shard)) await endCopy(table, kept.lease, 'REMOVED', clock.now());
    if (!lost) await releaseShard(table, shard, { verdict: judge(shard, error), error, now: clock.now() });
    if (STORE_FAULTS.has(error.name)) throw cause;
  } finally {
    kept.stop();
  }
}

/** What a task throws by itself names neither its line nor its input; what Foreshard throws says all that there is to say. */
function messageOf(cause: unknown, meter: AttemptMeter): string {
  const message = errorMessage(cause);
  if (cause instanceof ForeshardError) return message;
  const [place, from] = [errorPlace(cause), meter.reading()];
  const where = [...(place ? [`at ${place}`] : []), ...(from ? [`while it had a block of '${from}'`] : [])];
  return where.length === 0 ? message : `${message} (${where.join(', ')})`;
}

interface Attempt {
  readonly shard: ShardRecord;
  readonly kept: KeptLease;
  readonly meter: AttemptMeter;
  readonly atCommit: () => void;
}

/**
 * @returns false when another attempt was first: its output counts, and this one's is removed, by the end of the run at the
 * latest (lib/run/remove-orphans.ts)
 */
async function attempt(made: Attempt, services: Services, scope: WorkScope): Promise<boolean> {
  const { shard, kept, meter, atCommit } = made;
  const { table, clock } = services;
  const { steps, outputPartitions } = scope.operation(shard.operation);
  const builder = outputBuilder(outputPartitions);
  const context = surroundings(kept, services, scope);
  const input = inputOf({ shard, kept, context }, services, scope);
  await runSteps(steps, services.tasks, {
    input: meter.counted(input.blocks),
    context: {
      ...context,
      shard: { id: originalOf(shard.shard), attempt: shard.attempts + 1 },
      write: (record, key) => builder.write(record, key),
    },
  });
  const cursor = await input.finish();
  const pace = input.pace();
  if (pace !== undefined) scope.paces.set(shard.operation, pace);
  const { body, contents } = builder.build();
  const output: OutputManifest = { ...contents, location: outputLocation(shard) };
  const stores = storesOf(shard, services, scope);
  // nobody reads an output without records: every task that works by its side effects would pay for a put
  if (body.length > 0) await storeOutput(stores, output.location, body);
  meter.wrote({ bytes: body.length, records: contents.records });
  atCommit();
  const commit = await commitShard(table, kept.lease, { cursor, output, now: clock.now() });
  if (commit.kind === 'committed') return true;
  if (commit.kind === 'lost' && commit.isOver) await removeOutput(stores, output.location);
  return false;
}

/** What a task may use beside its input and its output. */
function surroundings(kept: KeptLease, { objects, functions, clock, settings }: Services, { invocation }: WorkScope) {
  const endsAt = Math.min(clock.now() + settings.shardLimitMs, invocation.endsAt);
  const timeLeftMs = () => Math.max(0, endsAt - clock.now());
  return {
    objects,
    call: (name: string, payload: unknown) =>
      functions.invoke(name, payload, { timeoutMs: timeLeftMs(), signal: kept.signal }),
    signal: kept.signal,
    timeLeftMs,
    sleep: (durationMs: DurationMs) => clock.sleep(durationMs, kept.signal),
  };
}

function storesOf({ operation }: ShardRecord, { objects, replicas }: Services, scope: WorkScope): OutputStores {
  return scope.operation(operation).replicate && replicas ? [objects, replicas] : [objects];
}

interface InputOf {
  readonly shard: ShardRecord;
  readonly kept: KeptLease;
  readonly context: ReturnType<typeof surroundings>;
}

function inputOf({ shard, kept, context }: InputOf, services: Services, scope: WorkScope) {
  const { objects, replicas, clock } = services;
  const operation = scope.operation(shard.operation);
  const restore = outputRestorer({ services, objects, context, operation: scope.operation });
  return workBlocks({
    range: { start: shard.range.start, end: endOf(shard) },
    claimedUpTo: shard.cursor,
    kept,
    clock,
    read: (range) => workInput({ shard, operation, range, objects: withReplica(objects, replicas), restore }, services),
  });
}
