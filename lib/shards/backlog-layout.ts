import type { Bytes, DurationMs } from '../core/quantity.ts';
import { parseDuration } from '../workflow/deadline.ts';
import type { BacklogStream, DataSource } from '../workflow/definition.ts';
import type { DataRange, InputLayout } from './input-layout.ts';

/** Units of one step: what arrives in it is laid over them by its bytes, so a shard can be cut at any of them. */
export const STEP_UNITS = 1_000_000;

/** Arrivals are taken in this often within the time that the objective allows; more often would cost a listing each. */
const STEPS_PER_LAG = 4;
const STEP_MIN_MS = 1_000;

/** When a backlog's arrivals are taken in: step 0 is what lay there before the run. */
export interface BacklogSteps {
  readonly stepMs: DurationMs;
  readonly stepCount: number;
  /** From the start of the run to the end of the last step. */
  readonly closesMs: DurationMs;
  /** The objective: from an object's arrival to its commit. */
  readonly lagMs: DurationMs;
}

/** The stream of a data source; nothing when all of it lies there. */
export function streamOf(source: DataSource | undefined): BacklogStream | undefined {
  return source?.kind === 'objects' ? source.stream : undefined;
}

/** How a backlog is taken in: a quarter of the lag at a time, and no more often than once a second. */
export function backlogSteps(stream: BacklogStream): BacklogSteps {
  const closesMs = parseDuration(stream.closes) ?? 0;
  const lagMs = parseDuration(stream.lag) ?? 0;
  const stepMs = Math.max(STEP_MIN_MS, Math.floor(lagMs / STEPS_PER_LAG));
  return { stepMs, stepCount: 1 + Math.ceil(closesMs / stepMs), closesMs, lagMs };
}

/** When a step's arrivals are complete, from the start of the run. */
export function stepClosesMs({ stepMs, closesMs }: BacklogSteps, step: number): DurationMs {
  return Math.min(step * stepMs, closesMs);
}

/** How long an operation over a backlog takes: as long as the stream is open, and the lag of what comes last. */
export function backlogSpanMs(stream: BacklogStream): DurationMs {
  const { closesMs, lagMs } = backlogSteps(stream);
  return closesMs + lagMs;
}

/** How long one shard may take so that the objective holds: half of what a step leaves of it, the rest is for waiting. */
export function partMaxMs({ lagMs, stepMs }: BacklogSteps): DurationMs {
  return Math.max(STEP_MIN_MS / 2, (lagMs - stepMs) / 2);
}

/** The step that a range lies in: no shard reaches beyond one. */
export function stepOf({ start }: Pick<DataRange, 'start'>): number {
  return Math.floor(start / STEP_UNITS);
}

/**
 * The layout of what has not arrived yet: each step in equal parts, one part for each shard that it is expected to need.
 *
 * @param expected bytes of each step, and the number of its parts
 */
export function backlogLayout(expected: readonly { readonly bytes: Bytes; readonly partCount: number }[]): InputLayout {
  const segments = expected.flatMap(({ bytes, partCount }) =>
    Array.from({ length: partCount }, (_, part) => ({
      units: Math.floor(((part + 1) * STEP_UNITS) / partCount) - Math.floor((part * STEP_UNITS) / partCount),
      bytes: bytes / partCount,
    })),
  );
  return { unit: 'arrival', unitCount: expected.length * STEP_UNITS, segments, cutInside: true, objects: [] };
}

/** The ranges of a backlog's shards: its segments as they are. */
export function backlogRanges({ segments }: InputLayout): readonly (DataRange & { readonly bytes: Bytes })[] {
  let start = 0;
  return segments.map(({ units, bytes }) => {
    const range = { start, end: start + units, bytes };
    start += units;
    return range;
  });
}
