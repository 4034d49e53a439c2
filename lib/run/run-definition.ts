import * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { deadlineAfter } from '../workflow/deadline.ts';
import { Workflow } from '../workflow/definition.ts';
import { parseWorkflow } from '../workflow/parse-workflow.ts';
import { hasDocument, readDocument, writeDocument } from './run-document.ts';

/** What starts a run: the definition itself, or where it lies. Neither goes on with a run that was interrupted. */
export const StartRequest = z.strictObject({
  workflow: z.union([z.string().min(1), z.record(z.string(), z.unknown())]).optional(),
  /** The run to go on with, or the name of a new one. Default: the name of the execution. */
  run: z
    .string()
    .regex(/^[\w-]{1,80}$/)
    .optional(),
});
export type StartRequest = z.infer<typeof StartRequest>;

/** A workflow as a run carries it out. */
export const RunDefinition = z.strictObject({
  workflow: Workflow,
  startedAt: z.number(),
  deadlineAt: z.number(),
});
export type RunDefinition = z.infer<typeof RunDefinition>;

/**
 * The definition of a run: as it was stored when the run began, else as the request gives it, and then stored.
 *
 * @throws {ForeshardError} `UnknownRun` when there is neither; `MissingObject`; `InvalidWorkflow` and its relatives
 */
export async function loadDefinition(
  request: StartRequest,
  run: RunId,
  { objects, tasks, sources, clock }: Pick<Services, 'objects' | 'tasks' | 'sources' | 'clock'>,
): Promise<RunDefinition> {
  const document = { run, name: 'definition' } as const;
  if (await hasDocument(objects, document)) return readDocument(objects, document, RunDefinition);
  if (request.workflow === undefined) {
    throw new ForeshardError(
      'UnknownRun',
      `run '${run}' is not known and no workflow was given; name a run that was started, or give 'workflow'`,
    );
  }
  const given = request.workflow;
  const json = typeof given === 'string' ? await readJson(objects, given) : given;
  const workflow = parseWorkflow(json, tasks, sources);
  const startedAt = clock.now();
  const definition = { workflow, startedAt, deadlineAt: deadlineAfter(workflow.deadline, startedAt) };
  await writeDocument(objects, document, definition);
  return definition;
}

async function readJson(objects: Services['objects'], location: string): Promise<unknown> {
  const text = new TextDecoder().decode(await objects.get(location));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ForeshardError('InvalidWorkflow', `the workflow at '${location}' is no JSON; mend it`, { cause });
  }
}
