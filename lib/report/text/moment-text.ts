import type { EpochMs } from '../../core/quantity.ts';

/** A moment in universal time, to the second: `2026-11-24 06:36:30 UTC`. */
export function momentText(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
