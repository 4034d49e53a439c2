import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { toEmf } from '../profile/emf.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import { type ShardedOperation, Sharding } from '../shards/sharding.ts';
import { storeAttempts } from './attempt-store.ts';
import type { Verdict } from './release-shard.ts';
import { RunDefinition } from './run-definition.ts';
import { readDocument } from './run-document.ts';
import type { ShardFailure, ShardRecord } from './shard-record.ts';
import type { Invocation, Slot } from './work-slot.ts';

/** Telemetry kept in memory before it is stored: one batch write of DynamoDB, and never older than this. */
const ATTEMPTS_AT_ONCE = 25;
const ATTEMPT_AGE_MAX_MS = 1_000;

/** What becomes of a shard whose attempt failed; lib/recover decides, which a worker may not know. */
export type JudgeFailure = (shard: ShardRecord, error: ShardFailure) => Verdict;

/** What one invocation of a worker knows and keeps while it works. */
export interface WorkScope {
  readonly slot: Slot;
  readonly invocation: Invocation;
  readonly services: Services;
  /** The run's outside factors, for the telemetry. */
  readonly context: ShardAttempt['context'];
  readonly judge: JudgeFailure;
  operation(id: string): ShardedOperation;
  /** Units a millisecond of the last shard that was worked off, by operation. */
  readonly paces: Map<string, number>;
  /** The longest attempt that this invocation has made, by operation. */
  readonly longestMs: ReadonlyMap<string, DurationMs>;
  /** True once: for the first shard of the invocation. */
  firstShard(): boolean;
  /** Sends an attempt's telemetry on its way. */
  report(attempt: ShardAttempt): Promise<void>;
  /** Stores what was reported. */
  flush(): Promise<void>;
}

/** What does not change while a run goes on. */
interface RunFacts {
  readonly operations: ReadonlyMap<string, ShardedOperation>;
  readonly context: ShardAttempt['context'];
}

/** By run: an execution environment works for few runs at a time. */
const known = new Map<RunId, Promise<RunFacts>>();
const KNOWN_MAX = 4;

/** Reads what a worker needs of the run, from memory if this execution environment has it already. */
export async function runScope(
  { slot, invocation, judge }: Pick<WorkScope, 'slot' | 'invocation' | 'judge'>,
  services: Services,
): Promise<WorkScope> {
  const { operations, context } = await factsOf(slot.run, services.objects);
  const longestMs = new Map<string, DurationMs>();
  let waiting: ShardAttempt[] = [];
  let first = true;
  let reportCount = 0;
  let flushedAt = services.clock.now();
  const flush = async () => {
    const stored = waiting;
    waiting = [];
    flushedAt = services.clock.now();
    await storeAttempts(services.table, stored);
  };
  return {
    slot,
    invocation,
    services,
    context,
    judge,
    paces: new Map(),
    longestMs,
    firstShard() {
      const isFirst = first;
      first = false;
      return isFirst;
    },
    operation: (id) => operations.get(id) ?? unknownOperation(slot.run, id),
    async report(attempt) {
      services.metrics.emit(toEmf(attempt));
      longestMs.set(attempt.operation, Math.max(attempt.durationMs, longestMs.get(attempt.operation) ?? 0));
      waiting.push(attempt);
      reportCount += 1;
      // a run waits for its canaries, which come first: a worker that dies must not take their telemetry with it
      const mayBeCanary = reportCount <= services.settings.canaryCount;
      const due = mayBeCanary || services.clock.now() - flushedAt >= ATTEMPT_AGE_MAX_MS;
      if (due || waiting.length >= ATTEMPTS_AT_ONCE) await flush();
    },
    flush,
  };
}

function unknownOperation(run: RunId, id: string): never {
  throw new ForeshardError(
    'InvariantBroken',
    `run '${run}' has a shard of operation '${id}', which its sharding lacks`,
  );
}

function factsOf(run: RunId, objects: ObjectStore): Promise<RunFacts> {
  const facts = known.get(run) ?? readFacts(run, objects);
  known.set(run, facts);
  facts.catch(() => known.delete(run));
  const [oldest] = known.keys();
  if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest);
  return facts;
}

async function readFacts(run: RunId, objects: ObjectStore): Promise<RunFacts> {
  const [sharding, definition] = await Promise.all([
    readDocument(objects, { run, name: 'sharding' }, Sharding),
    readDocument(objects, { run, name: 'definition' }, RunDefinition),
  ]);
  const operations = new Map(sharding.operations.map((operation) => [operation.id, operation]));
  return { operations, context: definition.workflow.context };
}
