/** What a run asks of AWS beside its work, as counted in one (docs/results/cost.md): the plan and the report price by it. */
export const COUNTED_USE = {
  /** Write units of table and index: creation 2, claim 2, cursor 4, commit 1, done-chunk 1, telemetry 1. */
  writesPerShard: 11,
  /** Read units: the queue, the look for what is ready, looks of the monitor. */
  readsPerShard: 7,
  /** States of a run: its stages, and a dozen calls of the monitor. */
  transitionsPerRun: 80,
  /** States of a slot: its work, a rest or two without, its end. */
  transitionsPerSlot: 6,
} as const;
