import * as z from 'zod';

const DurationMs = z.number().nonnegative();

/** Names that this machine has no rules for would fail at the first forecast. */
const TimeZone = z.string().refine(isTimeZone, 'must be the name of a time zone, such as Europe/Berlin or UTC');

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** What an installation decides, by the stack's environment or the embedded runtime's options. Defaults are for AWS. */
export const Settings = z.strictObject({
  /** Memory tiers of the worker functions, in MiB, ascending. */
  tiersMiB: z.array(z.number().positive()).min(1).default([1_769, 3_538, 7_076]),
  /** Zones of the worker functions; none means regional pools alone. */
  zones: z.array(z.string().min(1)).default([]),
  /** Physical IDs of the zones, in their order (`use1-az1`): what AWS calls them where accounts differ. None: unknown. */
  zoneIds: z.array(z.string()).default([]),
  /** Pools without a zone beside the zonal ones, for overflow. */
  regional: z.boolean().default(true),
  /** Begins the name of every worker function: `foreshard-worker-1769-use1-az1`. */
  workerPrefix: z.string().min(1).default('foreshard-worker-'),
  /** The alias by which workers are called: environments can be kept started for an alias only. */
  workerAlias: z.string().min(1).optional(),
  /** Slots that one pool can have. */
  slotMax: z.int().positive().default(100),
  /** vCPUs that all slots together may use: the account's or the machine's. */
  vcpuMax: z.number().positive().default(1_000),
  /** How long a claim holds without a heartbeat. */
  leaseMs: DurationMs.default(60_000),
  /** What is added to a lease before another slot takes the shard: clocks differ. */
  graceMs: DurationMs.default(2_000),
  /** Attempts at a shard before it is set aside as poison. */
  attemptMax: z.int().positive().default(3),
  /** Longest time that one attempt at a shard may take. */
  shardLimitMs: DurationMs.default(780_000),
  /** How long a worker claims any shard in one invocation: with `shardLimitMs` below Lambda's 900 s. Later it claims what surely fits. */
  invocationMs: DurationMs.default(110_000),
  /** What a worker keeps of its invocation to answer in. */
  answerMs: DurationMs.default(5_000),
  /** How long a worker without a ready shard waits inside its invocation: three states cost as much as 3 s of it. */
  lingerMs: DurationMs.default(15_000),
  /** Pause between two looks at the ready queue. */
  pollMs: DurationMs.default(250),
  /** Shortest and longest pause between two looks of the monitor. */
  monitorMinMs: DurationMs.default(1_000),
  monitorMaxMs: DurationMs.default(60_000),
  /** How long one call of the monitor may look on, as long as its pauses are short: another call costs states. */
  monitorStayMs: DurationMs.default(60_000),
  /** Probability that every interval is asked for. */
  level: z.number().gt(0).lt(1).default(0.9),
  /** Where the users live: days off, weekdays and clocks that are set move the work that arrives. None: not looked at. */
  calendar: z.strictObject({ timeZone: TimeZone, holidays: z.array(z.iso.date()).default([]) }).optional(),
  /** Probability with which a deadline must be met. */
  chance: z.number().gt(0).lt(1).default(0.95),
  /** First shards of a new type that run before the others. */
  canaryCount: z.int().nonnegative().default(2),
  /** Claim, first read, output and commit of one shard: what a cut costs. */
  shardOverheadMs: DurationMs.default(300),
  /** How long one slot's start takes. */
  startDelayMs: DurationMs.default(600),
});
export type Settings = z.infer<typeof Settings>;
