import { byCodeUnit } from '../core/by-code-unit.ts';
import type { RunReport } from './run-report.ts';

/** Colours that still can be told apart; report-style.ts defines `--operation-0` to `--operation-9`. */
export const COLOURS_MAX = 10;

/** The colour of every operation without one of its own. */
export const OTHER_COLOUR = 'other';

/**
 * Gives the operations that took longest a colour of their own, the others share a grey one. The colours are handed out
 * in the order of the workflow, so that neighbours differ; ties in time go to the lower id by code unit.
 *
 * @returns the name of a colour for each operation: `0` to `9`, or {@link OTHER_COLOUR}
 */
export function operationColours({ operations }: RunReport): ReadonlyMap<string, string> {
  const longest = [...operations]
    .sort((a, b) => b.actualMs - a.actualMs || byCodeUnit(a.id, b.id))
    .slice(0, COLOURS_MAX);
  const own = new Set(longest.map(({ id }) => id));
  const order = operations.filter(({ id }) => own.has(id)).map(({ id }) => id);
  return new Map(operations.map(({ id }) => [id, own.has(id) ? String(order.indexOf(id)) : OTHER_COLOUR]));
}
