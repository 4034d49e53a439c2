import type { DurationMs } from '../core/quantity.ts';
import { type Candidate, netUsd, type ReshardRequest } from './candidate.ts';

/** Changes may add this share of what the slots can do in a window; the window is what counts as lately. */
const CHURN_SHARE = 0.1;
const WINDOW_MS: DurationMs = 60_000;

/**
 * Which changes fit in what may be changed within a window: the best net gain for each millisecond of added work first.
 *
 * @see Adya et al., "Slicer: auto-sharding for datacenter applications", OSDI 2016
 */
export function withinChurn(candidates: readonly Candidate[], request: ReshardRequest): ReadonlySet<Candidate> {
  const { earlier, now, slotMax } = request;
  const spentMs = earlier
    .filter(({ taken, at }) => taken && now - at < WINDOW_MS)
    .reduce((sum, { churnMs = 0 }) => sum + churnMs, 0);
  let leftMs = CHURN_SHARE * WINDOW_MS * slotMax - spentMs;
  const chosen = new Set<Candidate>();
  for (const candidate of candidates.toSorted((a, b) => density(b) - density(a))) {
    if (candidate.churnMs > leftMs) continue;
    leftMs -= candidate.churnMs;
    chosen.add(candidate);
  }
  return chosen;
}

function density(candidate: Candidate): number {
  return netUsd(candidate) / Math.max(1, candidate.churnMs);
}
