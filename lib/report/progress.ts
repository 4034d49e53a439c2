import type { DurationMs } from '../core/quantity.ts';
import { type PlainState, plainProgress } from './plain-progress.ts';
import { progressLines } from './progress-lines.ts';

/** How far one operation is. */
export interface OperationProgress {
  readonly id: string;
  /** Shards, with those that re-sharding added. */
  readonly total: number;
  readonly done: number;
  readonly running: number;
  /** Shards that were set aside as poison. */
  readonly failed: number;
}

/** How far a run is; all times from its start. */
export interface RunProgress {
  readonly operations: readonly OperationProgress[];
  readonly elapsedMs: DurationMs;
  /** When it is expected to end, as it is planned now. */
  readonly expectedMs: DurationMs;
  readonly deadlineMs: DurationMs;
}

/** Where progress is written: a terminal or a pipe, as Node's `process.stderr` is. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  update(progress: RunProgress): void;
  /** Draws the last state, whatever was drawn before, and leaves the cursor below it. */
  finish(progress: RunProgress): void;
}

/** Columns of a terminal that does not say how many it has, or says none. */
const WIDTH = 80;

/** A terminal is redrawn at most this often. */
const REDRAW_MS = 100;

/** Moves the cursor up by lines, or not at all, and clears everything below. */
function eraseLines(count: number): string {
  return count === 0 ? '' : `\u001b[${count}A\u001b[J`;
}

/**
 * Shows progress while a run goes on: in a terminal bars that are redrawn in place, in a pipe plain lines, at most one
 * every two seconds for an operation and one when it is complete.
 */
export function progressOn(target: ProgressTarget, options: { readonly colour: boolean }): Progress {
  return target.isTTY ? redrawn(target, options.colour) : appended(target);
}

function redrawn(target: ProgressTarget, colour: boolean): Progress {
  let drawnCount = 0;
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  const draw = (progress: RunProgress) => {
    const lines = progressLines(progress, { colour, width: target.columns || WIDTH });
    target.write(`${eraseLines(drawnCount)}${lines.join('\n')}\n`);
    drawnCount = lines.length;
    drawnAtMs = progress.elapsedMs;
  };
  return {
    update: (progress) => {
      if (progress.elapsedMs - drawnAtMs >= REDRAW_MS) draw(progress);
    },
    finish: draw,
  };
}

function appended(target: ProgressTarget): Progress {
  let state: PlainState = new Map();
  const write = (progress: RunProgress) => {
    const next = plainProgress(state, progress);
    state = next.state;
    if (next.lines.length > 0) target.write(`${next.lines.join('\n')}\n`);
  };
  return { update: write, finish: write };
}
