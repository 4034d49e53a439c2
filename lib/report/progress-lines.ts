import type { OperationProgress, RunProgress } from './progress.ts';
import { type TerminalColour, terminalColour } from './terminal-colour.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { plainText } from './text/plain-text.ts';

/** Operations that are drawn at once: a terminal can not redraw what has scrolled away. */
const DRAWN_MAX = 14;

/** Eighths of a cell, so that a bar grows smoothly. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/**
 * The state of a run as lines of a terminal: a bar for each operation, then the time.
 *
 * @param options.width columns of the terminal: no line is longer, because a wrapped one can not be redrawn
 */
export function progressLines(
  progress: RunProgress,
  options: { readonly colour: boolean; readonly width: number },
): readonly string[] {
  const colour = terminalColour(options.colour);
  const shown = mostTelling(progress.operations);
  const nameWidth = Math.min(24, Math.max(4, ...shown.map(({ id }) => id.length)));
  const counts = shown.map(countsText);
  const countWidth = Math.max(0, ...counts.map((text) => text.length));
  const barWidth = Math.max(0, Math.min(40, options.width - nameWidth - countWidth - 5));
  const bars = shown.map((operation, index) => {
    const name = clip(plainText(operation.id), nameWidth).padEnd(nameWidth);
    const text = clip(counts[index] ?? '', Math.max(0, options.width - nameWidth - barWidth - 4));
    return `${name}  ${bar(operation, barWidth, colour)}  ${operation.failed > 0 ? colour.bad(text) : colour.dim(text)}`;
  });
  const hidden = progress.operations.length - shown.length;
  const more = hidden > 0 ? [colour.dim(clip(`and ${countText(hidden)} more operations`, options.width))] : [];
  return [...bars, ...more, timeLine(progress, options.width, colour)];
}

/** The order of the workflow; when there are too many, those that run, then those that come next, then those done last. */
function mostTelling(operations: readonly OperationProgress[]): readonly OperationProgress[] {
  if (operations.length <= DRAWN_MAX) return operations;
  const complete = ({ total, done, failed }: OperationProgress) => done + failed >= total;
  const running = operations.filter((operation) => operation.running > 0);
  const waiting = operations.filter((operation) => operation.running === 0 && !complete(operation));
  const finished = operations.filter((operation) => operation.running === 0 && complete(operation)).reverse();
  const chosen = new Set([...running, ...waiting, ...finished].slice(0, DRAWN_MAX));
  return operations.filter((operation) => chosen.has(operation));
}

function bar({ total, done, failed, running }: OperationProgress, width: number, colour: TerminalColour): string {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const eighths = Math.floor(share * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
  const rest = '·'.repeat(Math.max(0, width - full.length));
  const complete = total > 0 && done + failed >= total;
  const paint = failed > 0 ? colour.warn : complete ? colour.good : running > 0 ? colour.accent : colour.dim;
  return `${paint(full)}${colour.dim(rest)}`;
}

function countsText({ total, done, running, failed }: OperationProgress): string {
  const parts = [
    `${countText(done)}/${countText(total)}`,
    running > 0 ? `${countText(running)} running` : '',
    failed > 0 ? `${countText(failed)} failed` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function timeLine({ elapsedMs, expectedMs, deadlineMs }: RunProgress, width: number, colour: TerminalColour): string {
  const leftMs = expectedMs - elapsedMs;
  const late = Math.max(expectedMs, elapsedMs) > deadlineMs;
  const left = leftMs > 0 ? `about ${durationText(leftMs)} left` : `${durationText(-leftMs)} over the expected time`;
  const text = clip(`${durationText(elapsedMs)} gone, ${left}, deadline at ${durationText(deadlineMs)}`, width);
  return late ? colour.warn(text) : text;
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`.slice(0, width);
}
