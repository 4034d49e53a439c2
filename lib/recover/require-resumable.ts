import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { RunDefinition } from '../run/run-definition.ts';
import { hasDocument, readDocument } from '../run/run-document.ts';
import { parseRun, runKey } from '../run/run-record.ts';
import { parseWorkflow } from '../workflow/parse-workflow.ts';

/** What a run has whose work is done, in time or not. */
const DONE: ReadonlySet<string | undefined> = new Set(['met', 'missed']);

/**
 * Refuses a name under which nothing can go on: its run has done all its work, or it began with another definition.
 *
 * @param workflow the definition as it is given, when it is
 * @throws {ForeshardError} `InvalidInput`, with what to do instead; `InvalidWorkflow` and its relatives
 */
export async function requireResumable(
  run: RunId,
  workflow: unknown,
  { objects, table, tasks, sources }: Pick<Services, 'objects' | 'table' | 'tasks' | 'sources'>,
): Promise<void> {
  const item = await table.get(runKey(run));
  const outcome = item && parseRun(item).outcome;
  if (DONE.has(outcome)) {
    throw new ForeshardError(
      'InvalidInput',
      `run '${run}' has ended (${outcome}), nothing of it is left to do; see foreshard report ${run}, or start a run under another name`,
    );
  }
  const definition = { run, name: 'definition' } as const;
  if (workflow === undefined || typeof workflow === 'string' || !(await hasDocument(objects, definition))) return;
  const stored = await readDocument(objects, definition, RunDefinition);
  if (JSON.stringify(parseWorkflow(workflow, tasks, sources)) === JSON.stringify(stored.workflow)) return;
  throw new ForeshardError(
    'InvalidInput',
    `run '${run}' began with another definition; foreshard resume ${run} goes on with that one, under another name this one can start`,
  );
}
