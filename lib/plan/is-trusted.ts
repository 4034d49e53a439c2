import type { OpenShard } from './allocate-request.ts';
import { logSpread } from './end-times.ts';

/** With larger errors a search for a better order fits the errors, and list scheduling is as good. */
const SPREAD_MAX = 0.2;

/** True when the run times of the shards that wait are known to about a fifth, on average over their time. */
export function isTrusted(shards: readonly OpenShard[]): boolean {
  let timeMs = 0;
  let spreadMs = 0;
  for (const { running, need } of shards) {
    if (running) continue;
    timeMs += need.durationMs.point;
    spreadMs += need.durationMs.point * logSpread(need.durationMs);
  }
  return spreadMs <= SPREAD_MAX * timeMs;
}
