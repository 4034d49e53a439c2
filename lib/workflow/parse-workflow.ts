import * as z from 'zod';
import { checkMeaning, type KnownSources, type KnownTasks } from './check-meaning.ts';
import { DataSource, Dependency, Estimates, OPERATIONS_MAX, Operation, Workflow } from './definition.ts';
import { describeIssue, type IssueContext } from './describe-issue.ts';
import { type JsonPath, valueAt } from './json-path.ts';
import { invalid, type Problem, refusal } from './problem.ts';
import { unsafeJson } from './unsafe-json.ts';

/**
 * Reads a workflow definition, and refuses it unless it can be run: form, names, order, inputs, and the parameters of
 * tasks that say which they take.
 *
 * @param json parsed JSON from outside
 * @param tasks the registered task code
 * @param sources the registered data sources
 * @returns the definition with its defaults filled in
 * @throws {ForeshardError} naming the place, the value, what is allowed and what to do, for the first 10 problems:
 *   `UnknownTask`, `DanglingEdge` or `CyclicWorkflow` when that is the only kind of problem, otherwise `InvalidWorkflow`
 * @complexity linear in the size of the JSON
 */
export function parseWorkflow(json: unknown, tasks: KnownTasks, sources: KnownSources = new Map()): Workflow {
  const crude = refusal(checkSize(json));
  if (crude !== undefined) throw crude;
  const parsed = Workflow.safeParse(json);
  const faults = refusal(parsed.success ? checkParsed(parsed.data, { tasks, sources }) : checkForm(json, parsed.error));
  if (faults !== undefined || !parsed.success) throw faults ?? parsed.error;
  return parsed.data;
}

/** What must not even reach the schema: it would answer a huge document with a huge list of issues. */
function* checkSize(json: unknown): Generator<Problem> {
  const operations = valueAt(json, ['operations']);
  if (Array.isArray(operations) && operations.length > OPERATIONS_MAX) {
    yield invalid(
      `operations has ${operations.length} entries; allowed: at most ${OPERATIONS_MAX} (OPERATIONS_MAX); make operations coarser, each is cut into shards anyway, or cut the workflow in two`,
    );
    return;
  }
  const unsafe = unsafeJson(json);
  if (unsafe !== undefined) yield invalid(unsafe);
}

function* checkForm(root: unknown, { issues }: z.ZodError): Generator<Problem> {
  const context: IssueContext = {
    root,
    rootName: 'the workflow',
    prefix: [],
    keysAt: (path) => workflowKeysAt(root, path),
  };
  for (const issue of issues) for (const message of describeIssue(issue, context)) yield invalid(message);
}

interface Known {
  readonly tasks: KnownTasks;
  readonly sources: KnownSources;
}

function* checkParsed(workflow: Workflow, { tasks, sources }: Known): Generator<Problem> {
  yield* checkMeaning(workflow, tasks, sources);
  for (const [index, { task, input }] of workflow.operations.entries()) {
    yield* checkParams(workflow, ['operations', index, 'params'], tasks.get(task)?.params);
    const source = input?.kind === 'custom' ? sources.get(input.source) : undefined;
    yield* checkParams(workflow, ['operations', index, 'input', 'params'], source?.params);
  }
}

/** Task or data source parses its parameters again when it runs: here they are only looked at, so that a run never fails on them. */
function* checkParams(root: Workflow, prefix: JsonPath, schema: z.ZodType | undefined): Generator<Problem> {
  const parsed = schema?.safeParse(valueAt(root, prefix));
  if (parsed === undefined || parsed.success) return;
  const keysAt = (path: JsonPath) => (path.length === 0 ? keysOf(schema) : []);
  for (const issue of parsed.error.issues) {
    for (const message of describeIssue(issue, { root, rootName: 'the workflow', prefix, keysAt })) {
      yield invalid(message);
    }
  }
}

/** The keys that a definition may have in the object at a path. */
function workflowKeysAt(root: unknown, path: JsonPath): readonly string[] {
  if (path.length === 0) return keysOf(Workflow);
  if (path.length === 2) return keysOf(Operation);
  switch (path[2]) {
    case 'after':
      return keysOf(Dependency);
    case 'estimates':
      return keysOf(Estimates);
    default:
      return sourceKeys(valueAt(root, [...path, 'kind']));
  }
}

function sourceKeys(kind: unknown): readonly string[] {
  return keysOf(DataSource.options.find((option) => option.shape.kind.value === kind));
}

function keysOf(schema: z.ZodType | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
