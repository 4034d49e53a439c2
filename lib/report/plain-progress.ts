import type { DurationMs } from '../core/quantity.ts';
import type { OperationProgress, RunProgress } from './progress.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { plainText } from './text/plain-text.ts';

/** Shortest time between two lines of an operation that is not complete yet. */
const PAUSE_MS = 2_000;

interface Told {
  readonly atMs: DurationMs;
  readonly finished: number;
  readonly total: number;
}

/** What was told last of each operation. */
export type PlainState = ReadonlyMap<string, Told>;

/**
 * The lines that a log gets for a new state of the run: one for each operation that moved and was not spoken of for two
 * seconds, and always one for an operation that is complete now.
 *
 * @returns the lines, and what the next call has to be given
 */
export function plainProgress(
  state: PlainState,
  progress: RunProgress,
): { readonly state: PlainState; readonly lines: readonly string[] } {
  const next = new Map(state);
  const lines: string[] = [];
  for (const operation of progress.operations) {
    if (!worthTelling(state.get(operation.id), operation, progress.elapsedMs)) continue;
    const finished = operation.done + operation.failed;
    next.set(operation.id, { atMs: progress.elapsedMs, finished, total: operation.total });
    lines.push(lineOf(operation, progress.elapsedMs));
  }
  return { state: next, lines };
}

function worthTelling(told: Told | undefined, operation: OperationProgress, elapsedMs: DurationMs): boolean {
  const finished = operation.done + operation.failed;
  const changed =
    told === undefined
      ? finished > 0 || operation.running > 0
      : told.finished !== finished || told.total !== operation.total;
  if (!changed) return false;
  const complete = operation.total > 0 && finished >= operation.total;
  return complete || told === undefined || elapsedMs - told.atMs >= PAUSE_MS;
}

function lineOf({ id, total, done, running, failed }: OperationProgress, elapsedMs: DurationMs): string {
  const share = total === 0 ? 0 : Math.floor((done / total) * 100);
  const parts = [
    `${countText(done)} of ${countText(total)} shards (${share} %)`,
    running > 0 ? `${countText(running)} running` : '',
    failed > 0 ? `${countText(failed)} failed` : '',
  ];
  return `[${durationText(elapsedMs).padStart(7)}] ${plainText(id)}: ${parts.filter((part) => part !== '').join(', ')}`;
}
