import * as z from 'zod';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { AllocateRequest } from './allocate-request.ts';

/** Whether a workflow is taken, and what it may expect. */
export const Admission = z.discriminatedUnion('admitted', [
  z.strictObject({ admitted: z.literal('now') }),
  /** When the slots that it waits for come free. */
  z.strictObject({ admitted: z.literal('later'), startsAt: z.number() }),
  /** It will be late: it takes what is left over by those that can be in time. */
  z.strictObject({ admitted: z.literal('background'), expectedEndAt: z.number() }),
  /** The earliest deadline that it could have. */
  z.strictObject({ admitted: z.literal('refused'), earliestEndAt: z.number() }),
]);
export type Admission = z.infer<typeof Admission>;

export interface Candidate {
  readonly expectedEndAt: EpochMs;
  /** When its first shard starts. */
  readonly startsAt: EpochMs;
  /** Other runs hold what its first shards wait for. */
  readonly waits: boolean;
  /** Its longest way, from now. */
  readonly pathMs: DurationMs;
  /** It is one of those that are given up, so that most of the others are in time. */
  readonly givenUp: boolean;
  /** When it would end if all other runs gave their slots back as planned; asked only when it is late. */
  endsBesideAt(): EpochMs;
  /** When it would end if no other run held anything; asked only when it is late. */
  endsAloneAt(): EpochMs;
}

/**
 * Decides about a workflow by the plan that it would get beside all that is held already.
 *
 * A newcomer that only other runs make late, though they give their slots back as planned, is refused with the deadline that it could have, when the deadline is its
 * objective: nothing has run yet, and whoever asked can ask otherwise. With another objective it goes to the background.
 * What has been admitted stays so; a run without hope, whose longest way ends after the deadline, goes to the background,
 * and so does one that is given up for the others.
 */
export function admit({ newcomer, objective, deadlineAt, now }: AllocateRequest, candidate: Candidate): Admission {
  const { expectedEndAt, startsAt, waits, pathMs, givenUp } = candidate;
  if (now + pathMs > deadlineAt) return { admitted: 'background', expectedEndAt };
  if (newcomer && expectedEndAt > deadlineAt) {
    const earliestEndAt = candidate.endsBesideAt();
    if (earliestEndAt > deadlineAt && candidate.endsAloneAt() <= deadlineAt) {
      return objective === 'deadline'
        ? { admitted: 'refused', earliestEndAt }
        : { admitted: 'background', expectedEndAt };
    }
  }
  if (givenUp) return { admitted: 'background', expectedEndAt };
  return waits ? { admitted: 'later', startsAt } : { admitted: 'now' };
}
