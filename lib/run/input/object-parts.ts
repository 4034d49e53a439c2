import type { ObjectLocation } from '../../ports/object-store.ts';
import type { DataRange, InputLayout } from '../../shards/input-layout.ts';

/** The part of one object that lies in a range, in the layout's units. */
export interface ObjectPart {
  readonly location: ObjectLocation;
  readonly sizeBytes: number;
  /** Units of all objects before this one: adds to a local position to give a position in the layout. */
  readonly base: number;
  /** Half open, counted from the object's own start. */
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a range of a layout into its parts, object by object.
 *
 * @complexity O(objects) time
 */
export function objectParts({ objects }: InputLayout, range: DataRange): readonly ObjectPart[] {
  const parts: ObjectPart[] = [];
  let base = 0;
  for (const { location, sizeBytes, units } of objects) {
    const start = Math.max(range.start - base, 0);
    const end = Math.min(range.end - base, units);
    if (start < end) parts.push({ location, sizeBytes, base, start, end });
    base += units;
  }
  return parts;
}
