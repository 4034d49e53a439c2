import { gibSeconds, PRICES } from '../../lib/plan/price.ts';

/** What was counted, each for one shard but for the transitions. */
export interface Counted {
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly putCount: number;
  readonly getCount: number;
  /** Of a run's own machine. */
  readonly runTransitionCount: number;
  /** The longest attempt at a shard. */
  readonly longestMs: number;
  /** States of a slot that works in one call, to its end. */
  readonly statesPerSlot: number;
}

/** US dollars a month, by what they are for. */
export interface MonthlyCosts {
  readonly lambda: number;
  readonly stepFunctions: number;
  readonly dynamoDb: number;
  readonly s3: number;
  readonly cloudWatch: number;
  readonly standing: number;
}

const DAYS = 30;
const RUN_SHARDS_MAX = 1_000;
const SLOTS_MAX = 100;
const SHARD_MS = 10_000;
const TIER_MIB = 1_769;
/** A call that is followed by another enters its task and the choice behind it. */
const STATES_PER_CALL = 2;
/** What a worker keeps free at the end of its call (`FIT_FACTOR` of lib/run/work-slot.ts) of what it has of Lambda's 900 s. */
const FIT_FACTOR = 4;
const CALL_MS = 895_000;
/** An EMF line with its context. */
const LOG_LINE_BYTES = 1_200;
/**
 * Five types in four places: ten for each type, each pair of type and zone, each zone and outcome of three; seven of runs,
 * three of each place, one of each zone that is told from another, and two of the refresher's.
 */
const METRIC_COUNT = 10 * (5 + 5 * 4 + 4 * 3) + 7 + 3 * 4 + 3 + 2;
const GIB = 1_073_741_824;

/**
 * A month of runs of up to 1,000 shards of 10 s on one vCPU, arm64, over up to 100 slots, and what stands whether there
 * are runs or not.
 */
export function monthlyCosts(shardsADay: number, counted: Counted): MonthlyCosts {
  const shards = shardsADay * DAYS;
  const runShards = Math.min(shardsADay, RUN_SHARDS_MAX);
  const slots = Math.min(runShards, SLOTS_MAX);
  const { longestMs, statesPerSlot } = counted;
  const priced = { shards: runShards, slots, shardMs: SHARD_MS, longestMs, statesPerSlot };
  const calls = slotCalls(priced);
  const transitions = counted.runTransitionCount + slotTransitions(priced);
  const runs = shards / runShards;
  // Each shard reads a range of its input and writes an output; those of the counted run only wait.
  const [puts, gets] = [counted.putCount + 1, counted.getCount + 1];
  return {
    lambda: shards * gibSeconds(TIER_MIB, SHARD_MS) * PRICES.lambdaArmGibSecond + runs * calls * PRICES.lambdaRequest,
    stepFunctions: runs * transitions * PRICES.stepFunctionsTransition,
    dynamoDb: shards * (counted.writeUnits * PRICES.dynamoDbWrite + counted.readUnits * PRICES.dynamoDbRead),
    s3: shards * (puts * PRICES.s3Put + gets * PRICES.s3Get),
    cloudWatch: (shards * LOG_LINE_BYTES * PRICES.cloudWatchLogGib) / GIB + METRIC_COUNT * PRICES.cloudWatchMetricMonth,
    standing: standing(),
  };
}

export interface Priced {
  readonly shards: number;
  readonly slots: number;
  readonly shardMs: number;
  readonly longestMs: number;
  readonly statesPerSlot: number;
}

/** A call works until its next shard may not fit. */
function slotCalls({ shards, slots, shardMs, longestMs }: Priced): number {
  return slots * Math.ceil((shards * shardMs) / slots / (CALL_MS - FIT_FACTOR * longestMs));
}

/** States of the slots' machine: those that were counted, and two for each further call. */
export function slotTransitions(priced: Priced): number {
  return priced.slots * priced.statesPerSlot + (slotCalls(priced) - priced.slots) * STATES_PER_CALL;
}

const MINUTES = DAYS * 24 * 60;
/** Reserver and sweeper each minute, the profiler each quarter of an hour, on 512 and 1,769 MiB. */
const SCHEDULED = [
  { calls: MINUTES, ms: 200, memoryMiB: 512 },
  { calls: MINUTES, ms: 200, memoryMiB: 512 },
  { calls: MINUTES / 15, ms: 1_000, memoryMiB: TIER_MIB },
];
/** An alarm costs as much as the metrics that it looks at: those of a stack with three zones. */
const ALARM_METRIC_COUNT = 42;
const ALARM_METRIC_USD = 0.1;
/** Start, `Refresh`, `Refreshed?` and `End`. */
const REFRESH_TRANSITIONS = 4;
const SCHEDULER_CALL_USD = 1e-6;
/** Ledger of twelve pools, the list of active runs, the reserver's own state. */
const READS_A_MINUTE = 26;
const WRITES_A_MINUTE = 2;

function standing(): number {
  const calls = SCHEDULED.map(
    ({ calls, ms, memoryMiB }) =>
      calls * (gibSeconds(memoryMiB, ms) * PRICES.lambdaArmGibSecond + PRICES.lambdaRequest + SCHEDULER_CALL_USD),
  );
  const table = MINUTES * (READS_A_MINUTE * PRICES.dynamoDbRead + WRITES_A_MINUTE * PRICES.dynamoDbWrite);
  const refreshes = (MINUTES / 15) * REFRESH_TRANSITIONS * PRICES.stepFunctionsTransition;
  return calls.reduce((sum, one) => sum + one, 0) + table + refreshes + ALARM_METRIC_COUNT * ALARM_METRIC_USD;
}
