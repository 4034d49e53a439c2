import * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { toEmf } from '../profile/emf.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import { ShardedOperation } from '../shards/sharding.ts';
import { Workflow } from '../workflow/definition.ts';
import { storeAttempts } from './attempt-store.ts';
import type { Verdict } from './release-shard.ts';
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
  /** Sends an attempt's telemetry on its way; the next shard need not wait until it is there. */
  report(attempt: ShardAttempt): Promise<void>;
  /** Stores what was reported. */
  flush(): Promise<void>;
}

/** What does not change while a run goes on. */
interface RunFacts {
  /** Nothing for an operation that the run does not have. */
  readonly operation: (id: string) => ShardedOperation | undefined;
  readonly context: ShardAttempt['context'];
}

/** The parts of the run's documents that a worker needs. An operation is parsed with its first shard: a run may have thousands, of which this worker sees a few. */
const OperationsOnly = z.looseObject({ operations: z.array(z.looseObject({ id: z.string() })) });
const ContextOnly = z.looseObject({ workflow: z.looseObject({ context: Workflow.shape.context }) });

/** By run: an execution environment works for few runs at a time. */
const known = new Map<RunId, Promise<RunFacts>>();
const KNOWN_MAX = 4;

/** Reads what a worker needs of the run, from memory if this execution environment has it already. */
export async function runScope(
  { slot, invocation, judge }: Pick<WorkScope, 'slot' | 'invocation' | 'judge'>,
  services: Services,
): Promise<WorkScope> {
  const facts = await factsOf(slot.run, services.objects);
  const longestMs = new Map<string, DurationMs>();
  let waiting: ShardAttempt[] = [];
  let first = true;
  let reportCount = 0;
  let flushedAt = services.clock.now();
  let storing = Promise.resolve();
  /** Batches are stored one after the other; the failure of one is thrown once, to whoever stores next. */
  const store = async () => {
    const before = storing;
    storing = Promise.resolve();
    await before;
    const batch = waiting;
    waiting = [];
    flushedAt = services.clock.now();
    storing = storeAttempts(services.table, batch);
    storing.catch(() => undefined);
  };
  const flush = async () => {
    await store();
    const last = storing;
    storing = Promise.resolve();
    await last;
  };
  return {
    slot,
    invocation,
    services,
    context: facts.context,
    judge,
    paces: new Map(),
    longestMs,
    firstShard() {
      const isFirst = first;
      first = false;
      return isFirst;
    },
    operation: (id) => facts.operation(id) ?? unknownOperation(slot.run, id),
    async report(attempt) {
      services.metrics.emit(toEmf(attempt));
      longestMs.set(attempt.operation, Math.max(attempt.durationMs, longestMs.get(attempt.operation) ?? 0));
      waiting.push(attempt);
      reportCount += 1;
      // a run waits for its canaries, which come first: a worker that dies must not take their telemetry with it
      const mayBeCanary = reportCount <= services.settings.canaryCount;
      if (mayBeCanary) return flush();
      const due = services.clock.now() - flushedAt >= ATTEMPT_AGE_MAX_MS || waiting.length >= ATTEMPTS_AT_ONCE;
      if (due) await store();
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
  const [{ operations }, { workflow }] = await Promise.all([
    readDocument(objects, { run, name: 'sharding' }, OperationsOnly),
    readDocument(objects, { run, name: 'definition' }, ContextOnly),
  ]);
  const unparsed = new Map(operations.map((operation) => [operation.id, operation]));
  const parsed = new Map<string, ShardedOperation>();
  const parse = (id: string) => {
    const operation = unparsed.get(id);
    if (!operation) return undefined;
    const whole = parseStrictly(ShardedOperation, operation, `operation '${id}' of run '${run}'`);
    parsed.set(id, whole);
    return whole;
  };
  return { operation: (id) => parsed.get(id) ?? parse(id), context: workflow.context };
}
