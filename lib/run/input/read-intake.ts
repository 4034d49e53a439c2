import { STEP_UNITS, stepOf } from '../../shards/backlog-layout.ts';
import type { DataRange } from '../../shards/input-layout.ts';
import type { IntakeList } from '../backlog/intake-record.ts';
import type { ReadBlock } from './read-range.ts';

type Arrived = IntakeList['objects'][number];

/** An object and the units of its step that it lies over. */
export interface PlacedArrival {
  readonly object: Arrived;
  readonly start: number;
  readonly end: number;
}

/**
 * Lays what arrived in a step over its units by bytes. An empty object counts as one byte, so that it lies somewhere too.
 *
 * @returns in the order of the list; one after the other, the last ends with the step
 */
export function placeArrivals({ objects }: IntakeList, step: number): readonly PlacedArrival[] {
  const total = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes + 1, 0);
  const first = step * STEP_UNITS;
  let before = 0;
  return objects.map((object) => {
    const start = first + Math.floor((before / total) * STEP_UNITS);
    before += object.sizeBytes + 1;
    return { object, start, end: first + Math.floor((before / total) * STEP_UNITS) };
  });
}

/**
 * The objects of a range of a backlog: each belongs to the range in which it starts. Objects that start at one unit,
 * because they are very small beside the others, are one block: no cut can part them.
 */
export function* readIntake(list: IntakeList, range: DataRange): Generator<ReadBlock> {
  const inside = placeArrivals(list, stepOf(range)).filter(({ start }) => start >= range.start && start < range.end);
  for (const [start, together] of Map.groupBy(inside, (placed) => placed.start)) {
    const records = together.map(({ object: { location, sizeBytes } }) => ({ location, sizeBytes }));
    const end = Math.max(start + 1, ...together.map((placed) => placed.end));
    yield { from: records[0]?.location ?? '', records, end: Math.min(end, range.end) };
  }
}
