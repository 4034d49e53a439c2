import { handler as workerHandler } from '../functions/worker.ts';
import { type LambdaHandler, localHandler } from '../lib/adapters/embedded/lambda-context.ts';
import { memoryTable } from '../lib/adapters/embedded/memory-table.ts';
import { processExecutions } from '../lib/adapters/embedded/process-executions.ts';
import { stateMachineDefinition } from '../lib/adapters/embedded/state-machine-definition.ts';
import { zlibCodecs } from '../lib/adapters/zlib-codecs.ts';
import { handlers } from '../lib/cli/handlers.ts';
import { seededRandom } from '../lib/core/random.ts';
import { Settings } from '../lib/core/settings.ts';
import { listPools } from '../lib/plan/list-pools.ts';
import { PRICES } from '../lib/plan/price.ts';
import type { Functions } from '../lib/ports/functions.ts';
import type { Services } from '../lib/ports/services.ts';
import { readAttempts } from '../lib/run/attempt-store.ts';
import { defineTask, taskRegistry } from '../lib/run/define-task.ts';
import { memoryObjectStore } from '../test/memory-object-store.ts';
import { virtualClock } from '../test/virtual-clock.ts';
import { countObjects } from './cost/count-objects.ts';
import { countTable } from './cost/count-table.ts';
import { monthlyCosts, slotTransitions } from './cost/monthly-costs.ts';
import { transitionsOf } from './cost/transitions-of.ts';

const RUN = 'cost';
const OPERATION_COUNT = 6;
const SLOT_MAX = 16;
/** What one operation works, and how many keys that is: a block of 16,384 keys is a fifth of a second. */
const OPERATION_SECONDS = 880;
const KEYS = 16_384 * 5 * OPERATION_SECONDS;
const MS_PER_KEY = (OPERATION_SECONDS * 1_000) / KEYS;
const START = Date.parse('2026-11-24T06:00:00Z');
/** Of the clock of the run: a pause, a heartbeat or a block each. */
const MOMENTS_MAX = 1_000_000;
/** What is priced: so many shards of the counted length over so many slots. */
const SHARDS_PRICED = 10_000;
const SLOTS_PRICED = 100;
const LOOK_MS = 5_000;
const USD_MAX = 0.1;
/** A Distributed Map starts a child (one transition) whose one state calls the function (another). */
const MAP_TRANSITIONS_PER_SHARD = 2;

/** Independent operations that a plan cuts into many more shards than there are slots, of about ten seconds each. */
const workflow = {
  version: 1,
  name: 'cost',
  deadline: '6m',
  operations: Array.from({ length: OPERATION_COUNT }, (_, index) => ({
    id: `work-${index}`,
    task: 'work',
    input: { kind: 'keys', from: 0, to: KEYS },
    estimates: { cpuSeconds: OPERATION_SECONDS },
  })),
};

/** Works off its range block by block, as tasks do: the cursor has to move with it. */
const work = defineTask<unknown, number>({
  name: 'work',
  async run({ input, sleep }) {
    for await (const { records } of input) await sleep(records.length * MS_PER_KEY);
  },
});

/**
 * What 10,000 shards of about 10 s cost beside the work itself. Writes, reads, objects and the states of the run itself
 * are those that a run of both state machines over all its time has asked for; the states of slots are those counted for a slot, and of
 * as many further calls as that much work takes, each as long as the counted shards allow.
 */
export const bench = {
  name: 'cost',
  needs: 'nothing',
  takes: '60 s',
  async run() {
    const { capacity, objects, transitions, attempts } = await countedRun();
    const shardCount = attempts.length;
    const shardMs = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0) / shardCount;
    const longestMs = Math.max(...attempts.map(({ durationMs }) => durationMs));
    const scale = SHARDS_PRICED / shardCount;
    const statesPerSlot = transitions.slots / SLOT_MAX;
    const priced = { shards: SHARDS_PRICED, slots: SLOTS_PRICED, shardMs, longestMs, statesPerSlot };
    const transitionCount = transitions.run + slotTransitions(priced);
    const rows = [
      row('state transitions', transitionCount / scale, PRICES.stepFunctionsTransition),
      row('DynamoDB write units, table', capacity.writeUnits, PRICES.dynamoDbWrite),
      row('DynamoDB write units, index', capacity.indexWriteUnits, PRICES.dynamoDbWrite),
      row('DynamoDB read units', capacity.readUnits, PRICES.dynamoDbRead),
      row('S3 puts and lists', objects.putCount, PRICES.s3Put),
      row('S3 gets', objects.getCount, PRICES.s3Get),
    ];
    function row(what: string, count: number, price: number) {
      return { what, count: count / shardCount, usd: count * scale * price };
    }
    const usdOf = (what: string) => rows.find((each) => each.what === what)?.usd ?? 0;
    const counted = {
      writeUnits: (capacity.writeUnits + capacity.indexWriteUnits) / shardCount,
      readUnits: capacity.readUnits / shardCount,
      putCount: objects.putCount / shardCount,
      getCount: objects.getCount / shardCount,
      runTransitionCount: transitions.run,
      longestMs,
      statesPerSlot,
    };
    const months = [100, 10_000, 1_000_000].map((shardsADay) => ({ shardsADay, ...monthlyCosts(shardsADay, counted) }));
    const mapUsd = SHARDS_PRICED * MAP_TRANSITIONS_PER_SHARD * PRICES.stepFunctionsTransition;
    return {
      figures: {
        shardCount,
        shardMs,
        longestMs,
        usdPer10000Shards:
          usdOf('state transitions') + usdOf('DynamoDB write units, table') + usdOf('DynamoDB write units, index'),
        usdPer10000ShardsInAll: rows.reduce((sum, { usd }) => sum + usd, 0),
        distributedMapUsdPer10000Shards: mapUsd,
        writeUnitsPerShard: counted.writeUnits,
        readUnitsPerShard: counted.readUnits,
        ...Object.fromEntries(months.map(({ shardsADay, ...usd }) => [`usdAMonthAt${shardsADay}ShardsADay`, sum(usd)])),
        transitionsPerShard: transitionCount / SHARDS_PRICED,
        countedTransitionsOfRun: transitions.run,
        countedTransitionsOfSlots: transitions.slots,
        ...Object.fromEntries([...capacity.writes].map(([what, units]) => [`writes: ${what}`, units / shardCount])),
      },
      targets: { usdPer10000Shards: { atMost: USD_MAX } },
      table: [
        ...rows.map(({ what, count, usd }) => ({ what, 'a shard': round(count), 'USD / 10,000 shards': round(usd) })),
        ...months.map(({ shardsADay, ...usd }) => ({
          what: `USD a month at ${shardsADay} shards a day`,
          ...rounded(usd),
        })),
        { what: 'Distributed Map, transitions', 'a shard': MAP_TRANSITIONS_PER_SHARD, 'USD / 10,000 shards': mapUsd },
      ],
    };
  },
};

/** By the clock of the run no time passes but that of its shards, slots and pauses. */
async function countedRun() {
  const settings = Settings.parse({
    tiersMiB: [1_769],
    slotMax: SLOT_MAX,
    vcpuMax: SLOT_MAX,
    // Of 10,000 shards a day nearly all are of a type that is known.
    canaryCount: 0,
  });
  const table = countTable(memoryTable());
  const objects = countObjects(memoryObjectStore());
  const clock = virtualClock(START, MOMENTS_MAX);
  const calls = new Map<string, Map<string, number>>();
  const functions = inProcess(settings, calls, () => services);
  const definitions = { workflow: await machine('workflow'), slot: await machine('slot') };
  const executions = processExecutions({ definitions, functions, clock });
  const services: Services = {
    table,
    objects: objects.store,
    metrics: { emit: () => undefined, read: async () => [] },
    functions,
    executions,
    clock,
    random: seededRandom(1),
    settings,
    tasks: taskRegistry([work]),
    codecs: zlibCodecs,
    meter: { cpuMs: () => clock.now() - START, memoryMiB: () => 100 },
  };
  try {
    await executions.start('workflow', RUN, { workflow });
    await clock.during(ended(services));
    const attempts = await readAttempts(table, RUN);
    return { capacity: table.capacity, objects, transitions: transitionsOf(calls), attempts };
  } finally {
    await executions.close();
  }
}

function machine(name: 'workflow' | 'slot') {
  const names = new Map([...handlers.keys()].map((each) => [each.charAt(0).toUpperCase() + each.slice(1), each]));
  return stateMachineDefinition(new URL(`../infra/${name}.asl.json`, import.meta.url), names);
}

/** Every function in this process, counted by its handler. */
function inProcess(settings: Settings, calls: Map<string, Map<string, number>>, services: () => Services): Functions {
  const workers = listPools(settings, new Set()).map(({ functionName }) => [functionName, 'worker'] as const);
  const stageOf = new Map<string, string>([...workers, ...[...handlers.keys()].map((name) => [name, name] as const)]);
  const all = new Map<string, LambdaHandler>([...handlers, ['worker', workerHandler as LambdaHandler]]);
  let requestCount = 0;
  return {
    async invoke(functionName, payload) {
      const name = stageOf.get(functionName) ?? functionName;
      const handler = all.get(name);
      if (!handler) throw new Error(`there is no function '${functionName}'`);
      requestCount += 1;
      const endsAt = services().clock.now() + 900_000;
      const answer = await localHandler(handler, services)(payload, {
        functionName,
        awsRequestId: String(requestCount),
        memoryLimitInMB: '1769',
        getRemainingTimeInMillis: () => endsAt - services().clock.now(),
      });
      const { outcome = '' } = Object(answer) as { readonly outcome?: string };
      const counts = calls.get(name) ?? new Map<string, number>();
      calls.set(name, counts.set(outcome, (counts.get(outcome) ?? 0) + 1));
      return answer;
    },
    concurrency: async () => undefined,
    reserve: async () => undefined,
    limits: async () => ({ accountMax: 1_000, reservableMax: 900, reservableLeft: 0 }),
  };
}

async function ended({ executions, clock }: Services): Promise<void> {
  for (;;) {
    await clock.sleep(LOOK_MS);
    const execution = await executions.describe('workflow', RUN);
    if (execution?.status === 'SUCCEEDED') return;
    if (execution?.status !== 'RUNNING') throw new Error(`the run ended as ${JSON.stringify(execution)}`);
  }
}

function sum(values: object): number {
  return Object.values(values).reduce((total: number, value: number) => total + value, 0);
}

function rounded(values: object): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]));
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
