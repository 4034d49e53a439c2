import * as z from 'zod';
import { hashText } from '../core/hash-text.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { FollowedType } from './followed-types.ts';

/** As many work side by side as `MaxConcurrency` in infra/refresh.asl.json says. */
export const PARTS_MAX = 4;

/** One of the parts into which the rest of a refresh is cut that one call could not do: a type is in one, by its name. */
export const RefreshPart = z
  .strictObject({
    index: z.int().nonnegative(),
    count: z.int().positive().max(PARTS_MAX),
    /** What was read up to here is done. */
    startedAt: z.number(),
  })
  .refine(({ index, count }) => index < count, 'index must be below count');
export type RefreshPart = z.infer<typeof RefreshPart>;

/** Whether a type is left to a part. */
export function isLeftTo({ index, count, startedAt }: RefreshPart, { type, readUntil = 0 }: FollowedType): boolean {
  return hashText(type) % count === index && readUntil < startedAt;
}

/**
 * As many parts as calls like the one before would be needed.
 *
 * @param doneCount types that the call before came to
 * @param leftCount types that it left
 */
export function partsOf(doneCount: number, leftCount: number, startedAt: EpochMs): readonly RefreshPart[] {
  const count = Math.min(PARTS_MAX, Math.ceil(leftCount / Math.max(1, doneCount)));
  return Array.from({ length: count }, (_, index) => ({ index, count, startedAt }));
}
