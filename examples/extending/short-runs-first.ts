import type { PriorityPolicy } from 'foreshard';

/** How much later a run may come and still overtake: what makes nobody wait for ever. */
const STEP_MS = 60_000;

/** A priority policy: of runs that came at the same time the one with the shorter way to go, whatever its deadline. */
export const shortRunsFirst: PriorityPolicy = {
  name: 'short runs first',
  claimKey: ({ startedAt, upwardRankMs, priority }) => startedAt + upwardRankMs - priority * STEP_MS,
};
