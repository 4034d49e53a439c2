/** Lines with one fingerprint, counted: of one shard, or of all. */
export interface Incident {
  readonly kind: 'incident';
  readonly fingerprint: string;
  readonly service: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** What a service did: of one shard, or in all. */
export interface Traffic {
  readonly kind: 'traffic';
  readonly service: string;
  readonly lineCount: number;
  readonly errorCount: number;
  /** Lines that say how long a request took, and the sum of that in milliseconds. */
  readonly requestCount: number;
  readonly latencyMs: number;
}

export type LogFact = Incident | Traffic;

/** Facts with one key are merged, whatever shard they come from. */
export function factKey(fact: LogFact): string {
  return fact.kind === 'incident' ? `incident:${fact.fingerprint}` : `traffic:${fact.service}`;
}

/** Adds facts of one key up: sums, the earliest and the latest moment. In any order the same. */
export function mergeFacts(one: LogFact, other: LogFact): LogFact {
  if (one.kind === 'incident' && other.kind === 'incident') {
    return {
      ...one,
      count: one.count + other.count,
      firstAt: one.firstAt < other.firstAt ? one.firstAt : other.firstAt,
      lastAt: one.lastAt > other.lastAt ? one.lastAt : other.lastAt,
    };
  }
  if (one.kind === 'traffic' && other.kind === 'traffic') {
    return {
      ...one,
      lineCount: one.lineCount + other.lineCount,
      errorCount: one.errorCount + other.errorCount,
      requestCount: one.requestCount + other.requestCount,
      latencyMs: one.latencyMs + other.latencyMs,
    };
  }
  return one;
}
