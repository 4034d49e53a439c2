import * as z from 'zod';

/**
 * What a range of an operation's input counts: bytes of text, rows of Parquet, objects of a list, keys, partitions of a
 * shuffle, shards of a narrow predecessor, parts of what arrives step by step, or the whole as one.
 */
export const RangeUnit = z.enum(['byte', 'row', 'object', 'key', 'partition', 'shard', 'arrival', 'whole']);
export type RangeUnit = z.infer<typeof RangeUnit>;

/**
 * Everything that a cut must know about an operation's input: its objects laid end to end, counted in units.
 * A cut at a segment's border costs nothing; inside a segment it is allowed only when `cutInside` says so.
 */
export const InputLayout = z.strictObject({
  unit: RangeUnit,
  unitCount: z.int().nonnegative(),
  /** In order, their units adding up to `unitCount`; the bytes are the weight of the segment. */
  segments: z.array(z.strictObject({ units: z.int().nonnegative(), bytes: z.number().nonnegative() })),
  cutInside: z.boolean(),
  /** The objects behind byte, row and object units, in order; empty for the others. */
  objects: z.array(
    z.strictObject({ location: z.string(), units: z.int().nonnegative(), sizeBytes: z.number().nonnegative() }),
  ),
});
export type InputLayout = z.infer<typeof InputLayout>;

/** Half open, in the units of the operation's layout. */
export const DataRange = z.strictObject({ start: z.int().nonnegative(), end: z.int().nonnegative() });
export type DataRange = z.infer<typeof DataRange>;
