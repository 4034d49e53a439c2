import * as z from 'zod';
import type { EpochMs } from '../core/quantity.ts';

/** Attempts of one stretch of time, counted by how they ended. */
const Bucket = z.strictObject({
  from: z.number(),
  good: z.int().nonnegative(),
  /** Failures that speak against the zone: dead workers, lost leases, unreachable stores. */
  bad: z.int().nonnegative(),
});

/**
 * Whether a zone is trusted. `closed`: work flows. `open`: nothing new starts until `until`. `half-open`: a few probes
 * start, and they decide.
 */
export const ZoneBreaker = z.strictObject({
  state: z.enum(['closed', 'open', 'half-open']),
  buckets: z.array(Bucket),
  /** End of the pause, while it is open. */
  until: z.number(),
  /** Times in a row that it opened: the pause doubles with each. */
  openings: z.int().nonnegative(),
});
export type ZoneBreaker = z.infer<typeof ZoneBreaker>;

/** When a zone is distrusted, and for how long. */
export const BREAKER_RULES = {
  /** What is older says nothing any more. */
  windowMs: 60_000,
  /** Fewer attempts than this are no evidence. */
  attemptMin: 8,
  /** A larger share of bad attempts opens the breaker. */
  badShareMax: 0.5,
  /** First pause; each further one in a row is twice as long, up to `pauseMaxMs`. */
  pauseMs: 30_000,
  pauseMaxMs: 600_000,
  /** Good attempts that close it while it is half open, and the slots that the zone has meanwhile. */
  probeCount: 3,
} as const;

/** Buckets that a window is cut into: what is forgotten at once is at most one of them. */
const BUCKETS_PER_WINDOW = 6;

/** That of a zone against which nothing speaks. */
export const CLOSED_BREAKER: ZoneBreaker = { state: 'closed', buckets: [], until: 0, openings: 0 };

/** How many attempts of a zone ended well and badly since the last look. */
export interface ZoneOutcomes {
  readonly at: EpochMs;
  readonly goodCount: number;
  readonly badCount: number;
}

/**
 * The breaker after time has passed and attempts have ended.
 *
 * Closed, it opens when more than `badShareMax` of at least `attemptMin` attempts in the window were bad. Open, it
 * turns half open when its pause is over; what ends meanwhile started before and is no news. Half open, one bad
 * probe opens it again for twice as long, and `probeCount` good ones close it.
 *
 * @see Nygard, "Release It!", 2nd edition, chapter 5, "Circuit Breaker"
 */
export function zoneBreaker(breaker: ZoneBreaker, seen: ZoneOutcomes): ZoneBreaker {
  const { at } = seen;
  if (breaker.state === 'open') {
    return at < breaker.until
      ? breaker
      : zoneBreaker({ ...breaker, state: 'half-open', buckets: [] }, { ...seen, goodCount: 0, badCount: 0 });
  }
  const buckets = counted(breaker.buckets, seen);
  const good = buckets.reduce((sum, bucket) => sum + bucket.good, 0);
  const bad = buckets.reduce((sum, bucket) => sum + bucket.bad, 0);
  if (breaker.state === 'half-open') {
    if (bad > 0) return opened(breaker, at);
    return good >= BREAKER_RULES.probeCount ? CLOSED_BREAKER : { ...breaker, buckets };
  }
  const enough = good + bad >= BREAKER_RULES.attemptMin;
  return enough && bad > BREAKER_RULES.badShareMax * (good + bad) ? opened(breaker, at) : { ...breaker, buckets };
}

/** How many attempts may start in the zone at once: all, a few, or none. */
export function startsAllowed(breaker: ZoneBreaker, now: EpochMs): number {
  if (breaker.state === 'closed') return Number.POSITIVE_INFINITY;
  return breaker.state === 'half-open' || now >= breaker.until ? BREAKER_RULES.probeCount : 0;
}

function opened(breaker: ZoneBreaker, at: EpochMs): ZoneBreaker {
  const pauseMs = Math.min(BREAKER_RULES.pauseMaxMs, BREAKER_RULES.pauseMs * 2 ** breaker.openings);
  return { state: 'open', buckets: [], until: at + pauseMs, openings: breaker.openings + 1 };
}

function counted(buckets: ZoneBreaker['buckets'], seen: ZoneOutcomes): ZoneBreaker['buckets'] {
  const { windowMs } = BREAKER_RULES;
  const { at, goodCount, badCount } = seen;
  const lengthMs = windowMs / BUCKETS_PER_WINDOW;
  const from = Math.floor(at / lengthMs) * lengthMs;
  const kept = buckets.filter((bucket) => bucket.from > at - windowMs && bucket.from !== from);
  const current = buckets.find((bucket) => bucket.from === from) ?? { from, good: 0, bad: 0 };
  return [...kept, { from, good: current.good + goodCount, bad: current.bad + badCount }];
}
