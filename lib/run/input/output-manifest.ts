import * as z from 'zod';

const Count = z.int().nonnegative();

/**
 * What a shard's output consists of. The object is NDJSON, its records grouped by key partition, so that a reader of a
 * shuffle needs one range of it; each partition consists of frames, whole records that are read and checked as one.
 */
export const OutputContents = z.strictObject({
  sizeBytes: Count,
  records: Count,
  /** Where each partition starts, in bytes, and at last the object's size. */
  offsets: z.array(Count).min(2),
  /** Where each frame ends, in bytes, over all partitions; none in an empty partition. */
  frameEnds: z.array(Count),
  /** CRC-32 of each frame. */
  frameChecksums: z.array(Count),
});
export type OutputContents = z.infer<typeof OutputContents>;

/** The record of an output, kept in the shard's item: readers follow it, never a listing. */
export const OutputManifest = OutputContents.extend({ location: z.string().min(1) });
export type OutputManifest = z.infer<typeof OutputManifest>;
