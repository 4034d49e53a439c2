import type * as z from 'zod';
import { errorMessage, ForeshardError } from '../core/foreshard-error.ts';
import { topologicalOrder } from '../core/topological-order.ts';
import { parseDuration } from './deadline.ts';
import type { BacklogStream, Operation, Workflow } from './definition.ts';
import { nearestName } from './nearest-name.ts';
import { invalid, type Problem } from './problem.ts';

/** What a definition is checked against: the registered task code by name. */
export type KnownTasks = ReadonlyMap<string, { readonly params?: z.ZodType | undefined }>;

/** The registered data sources by name. */
export type KnownSources = KnownTasks;

/** How many known names a message lists. */
const NAMES_SHOWN_MAX = 12;

/**
 * Looks for what a schema cannot see: names that point nowhere, rings, and inputs that do not go together.
 *
 * @param workflow n operations with m edges, as the schema left them
 * @complexity O(n + m) as long as all is well
 */
export function* checkMeaning(workflow: Workflow, tasks: KnownTasks, sources: KnownSources): Generator<Problem> {
  const { operations } = workflow;
  const firstAt = new Map<string, number>();
  for (const [index, { id }] of operations.entries()) if (!firstAt.has(id)) firstAt.set(id, index);
  const backlogs = new Set(operations.flatMap(({ id, input }) => (isBacklog(input) ? [id] : [])));
  let connected = true;
  for (const [index, operation] of operations.entries()) {
    yield* checkTask(operation, index, tasks);
    yield* checkInput(operation, index);
    yield* checkSource(operation, index, sources);
    yield* checkJoins(operation, index, backlogs);
    for (const problem of checkNames(operation, index, firstAt)) {
      connected = false;
      yield problem;
    }
  }
  // an order exists only for a graph whose names are sound
  if (connected) yield* checkOrder(operations);
}

function* checkTask({ task }: Operation, index: number, tasks: KnownTasks): Generator<Problem> {
  if (tasks.has(task)) return;
  const near = nearestName(task, tasks.keys());
  const names = [...tasks.keys()].slice(0, NAMES_SHOWN_MAX).join(', ');
  const more = tasks.size > NAMES_SHOWN_MAX ? ` and ${tasks.size - NAMES_SHOWN_MAX} more` : '';
  const advice =
    near === undefined
      ? 'register it with defineTask in the module of your tasks (--tasks), or use one of these'
      : `did you mean '${near}'?`;
  yield {
    name: 'UnknownTask',
    message: `operations[${index}].task is '${task}', which is not registered; known: ${names || 'none'}${more}; ${advice}`,
  };
}

function* checkSource({ input }: Operation, index: number, sources: KnownSources): Generator<Problem> {
  if (input?.kind !== 'custom' || sources.has(input.source)) return;
  const near = nearestName(input.source, sources.keys());
  const advice =
    near === undefined
      ? 'export it from the module of your tasks: export const sources = [yourSource]'
      : `did you mean '${near}'?`;
  yield invalid(
    `operations[${index}].input.source is '${input.source}', which is not registered; known: ${[...sources.keys()].join(', ') || 'none'}; ${advice}`,
  );
}

function* checkInput({ id, input, after, divisible }: Operation, index: number): Generator<Problem> {
  if (input?.kind === 'keys' && input.from > input.to) {
    yield invalid(
      `operations[${index}].input.from is ${input.from}, above to, which is ${input.to}; allowed: at most ${input.to}; swap them`,
    );
  }
  if (input?.kind === 'objects' && input.stream) yield* checkStream({ input, divisible }, input.stream, index);
  const narrow = after.findIndex(({ edge }) => edge === 'narrow');
  if (input !== undefined && narrow >= 0) {
    yield invalid(
      `operations[${index}] ('${id}') has an input and the narrow edge after[${narrow}], but is cut either by its input or by its predecessor; drop the input or make the edge wide, so that every shard reads the whole of it`,
    );
  }
}

/** A stream is taken in a quarter of its lag at a time: longer ones would make more shards than a run should have. */
const LAGS_MAX = 500;

function* checkStream(
  { input, divisible }: { readonly input: { readonly location: string }; readonly divisible: Operation['divisible'] },
  { closes, lag }: BacklogStream,
  index: number,
): Generator<Problem> {
  const at = `operations[${index}]`;
  if (!input.location.endsWith('/')) {
    yield invalid(`${at}.input.location is '${input.location}', but a backlog grows under a prefix; end it with '/'`);
  }
  if (divisible !== true) {
    yield invalid(`${at}.divisible is ${divisible}, but a backlog is cut as it arrives; leave divisible out`);
  }
  const lagMs = parseDuration(lag) ?? 0;
  if ((parseDuration(closes) ?? 0) > LAGS_MAX * lagMs) {
    yield invalid(
      `${at}.input.stream.closes is ${closes}, more than ${LAGS_MAX} times the lag of ${lag}; allow a longer lag, or start a run for each part of the time`,
    );
  }
}

function isBacklog(input: Operation['input']): boolean {
  return input?.kind === 'objects' && input.stream !== undefined;
}

/** Shards of a backlog are as many as its steps need: nobody else's can be made as many. */
function* checkJoins({ id, after }: Operation, index: number, backlogs: ReadonlySet<string>): Generator<Problem> {
  const narrow = after.filter(({ edge }) => edge === 'narrow');
  const backlog = narrow.find(({ operation }) => backlogs.has(operation));
  if (!backlog || narrow.length === 1) return;
  yield invalid(
    `operations[${index}] ('${id}') has a narrow edge from the backlog '${backlog.operation}' beside others, which have other shards; make all but one of them wide`,
  );
}

function* checkNames(
  { id, after }: Operation,
  index: number,
  firstAt: ReadonlyMap<string, number>,
): Generator<Problem> {
  if (firstAt.get(id) !== index) {
    yield invalid(
      `operations[${index}].id is '${id}', as is that of operations[${firstAt.get(id)}]; give each its own`,
    );
  }
  const seen = new Set<string>();
  for (const [at, { operation }] of after.entries()) {
    const where = `operations[${index}].after[${at}].operation is '${operation}'`;
    if (!firstAt.has(operation)) yield dangling(where, operation, firstAt);
    else if (seen.has(operation)) yield invalid(`${where}, which comes before it already; keep one edge of the two`);
    seen.add(operation);
  }
}

function dangling(where: string, operation: string, firstAt: ReadonlyMap<string, number>): Problem {
  const near = nearestName(operation, firstAt.keys());
  const advice = near === undefined ? 'name an operation of this workflow or drop the edge' : `did you mean '${near}'?`;
  return { name: 'DanglingEdge', message: `${where}, which does not exist; ${advice}` };
}

function* checkOrder(operations: readonly Operation[]): Generator<Problem> {
  try {
    const nodes = operations.map(({ id, after, ...rest }) => ({
      ...rest,
      id,
      edges: after,
      after: after.map(({ operation }) => operation),
    }));
    yield* checkPartitions(topologicalOrder(nodes));
  } catch (error) {
    if (!(error instanceof ForeshardError)) throw error;
    yield { name: error.name, message: errorMessage(error) };
  }
}

interface OrderedOperation extends Pick<Operation, 'id' | 'divisible' | 'partitions'> {
  readonly edges: Operation['after'];
}

/** Narrow predecessors meet partition by partition: those with a key histogram must have as many partitions. */
function* checkPartitions(order: readonly OrderedOperation[]): Generator<Problem> {
  const counts = new Map<string, number>();
  for (const { id, edges, divisible, partitions } of order) {
    const before = edges.filter(({ edge, operation }) => edge === 'narrow' && counts.has(operation));
    const [first, other] = differing(
      before.map(({ operation }) => operation),
      counts,
    );
    if (divisible !== false && first !== undefined && other !== undefined) {
      yield invalid(
        `operation '${id}' has the narrow predecessors '${first}' with ${counts.get(first)} partitions and '${other}' with ${counts.get(other)}, which cannot meet partition by partition; give both as many partitions or make an edge wide`,
      );
    }
    const count = partitions?.length ?? counts.get(first ?? '');
    if (count !== undefined) counts.set(id, count);
  }
}

/** The first of the operations, and the first one whose number of partitions is another. */
function differing(ids: readonly string[], counts: ReadonlyMap<string, number>): readonly (string | undefined)[] {
  const [first] = ids;
  return [first, ids.find((id) => counts.get(id) !== counts.get(first ?? ''))];
}
