import type { ReshardRequest } from './candidate.ts';

/** Copies that may wait or run at once, as a share of the slots that the run could hold; one is always allowed. */
const COPY_SHARE = 0.1;

/** How many more copies may be made now. */
export function copiesLeft({ slotMax, copyCount }: Pick<ReshardRequest, 'slotMax' | 'copyCount'>): number {
  return Math.max(0, Math.max(1, Math.floor(COPY_SHARE * slotMax)) - copyCount);
}

/** How likely a copy is to help: by those of this run that have ended, and an even chance before there are any (Laplace). */
export function copyWinChance({ copiesWon, copiesEnded }: Pick<ReshardRequest, 'copiesWon' | 'copiesEnded'>): number {
  return (copiesWon + 1) / (copiesEnded + 2);
}
