import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handler as workerHandler } from '../functions/worker.ts';
import { dynamoTable } from '../lib/adapters/aws/dynamo-table.ts';
import { tableSchema } from '../lib/adapters/aws/table-schema.ts';
import { dynaliteServer } from '../lib/adapters/embedded/dynalite-server.ts';
import { folderObjectStore } from '../lib/adapters/embedded/folder-object-store.ts';
import { type LambdaHandler, localHandler } from '../lib/adapters/embedded/lambda-context.ts';
import { processExecutions } from '../lib/adapters/embedded/process-executions.ts';
import { stateMachineDefinition } from '../lib/adapters/embedded/state-machine-definition.ts';
import { systemClock } from '../lib/adapters/system-clock.ts';
import { threadMeter } from '../lib/adapters/thread-meter.ts';
import { zlibCodecs } from '../lib/adapters/zlib-codecs.ts';
import { handlers } from '../lib/cli/handlers.ts';
import { Settings } from '../lib/core/settings.ts';
import { listPools } from '../lib/plan/list-pools.ts';
import { PRICES } from '../lib/plan/price.ts';
import type { Functions } from '../lib/ports/functions.ts';
import type { Services } from '../lib/ports/services.ts';
import { RunReport } from '../lib/report/run-report.ts';
import { taskRegistry } from '../lib/run/define-task.ts';
import { readDocument } from '../lib/run/run-document.ts';
import { tasks } from '../lib/tasks/built-in-tasks.ts';
import { countCapacity } from './cost/count-capacity.ts';
import { countObjects } from './cost/count-objects.ts';
import { monthlyCosts } from './cost/monthly-costs.ts';
import { transitionsOf } from './cost/transitions-of.ts';

const RUN = 'cost';
const OPERATION_COUNT = 6;
const SLOT_MAX = 16;
/** Long enough to keep the slots busy: an idle slot looks at the queue again and again. */
const SHARD_MS = 500;
const RUN_MAX_MS = 600_000;
/**
 * What is priced: so many shards of this length, over so many slots. The writes are those of a counted shard, which is
 * shorter: each further second of work moves the cursor once more.
 */
const SHARDS_PRICED = 10_000;
const SHARD_PRICED_MS = 10_000;
const SLOTS_PRICED = 100;
/** A slot that has work enters its task and the choice behind it for each call; its first and last call are one more. */
const STATES_PER_CALL = 2;
const USD_MAX = 0.1;
/** A Distributed Map starts a child (one transition) whose one state calls the function (another). */
const MAP_TRANSITIONS_PER_SHARD = 2;

/** Independent operations that a plan cuts into many more shards than there are slots; the shards themselves only wait. */
const workflow = {
  version: 1,
  name: 'cost',
  deadline: '34m',
  operations: Array.from({ length: OPERATION_COUNT }, (_, index) => ({
    id: `work-${index}`,
    task: 'replay',
    input: { kind: 'keys', from: 0, to: 10_000 },
    params: { waitMs: SHARD_MS },
    estimates: { cpuSeconds: 5_000 },
  })),
};

/**
 * What 10,000 shards of 10 s cost beside the work itself: the units of DynamoDB, the objects and the states of the run
 * itself as a run of both state machines has asked for them, the states of slots by how long one call works.
 */
export const bench = {
  name: 'cost',
  needs: 'nothing',
  takes: '60 s',
  async run() {
    const { capacity, objects, transitions, shardCount, invocationMs } = await countedRun();
    const scale = SHARDS_PRICED / shardCount;
    const slotCalls = (SHARDS_PRICED * SHARD_PRICED_MS) / invocationMs + SLOTS_PRICED;
    const transitionCount = transitions.run + slotCalls * STATES_PER_CALL + SLOTS_PRICED;
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
      invocationMs,
    };
    const months = [100, 10_000, 1_000_000].map((shardsADay) => ({ shardsADay, ...monthlyCosts(shardsADay, counted) }));
    const mapUsd = SHARDS_PRICED * MAP_TRANSITIONS_PER_SHARD * PRICES.stepFunctionsTransition;
    return {
      figures: {
        shardCount,
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

async function countedRun() {
  const folder = mkdtempSync(join(tmpdir(), 'foreshard-cost-'));
  const settings = Settings.parse({
    tiersMiB: [1_769],
    slotMax: SLOT_MAX,
    vcpuMax: SLOT_MAX,
    monitorMaxMs: 5_000,
    // Of 10,000 shards a day nearly all are of a type that is known.
    canaryCount: 0,
  });
  const tables = await dynaliteServer({ schema: tableSchema('cost') });
  const capacity = countCapacity(tables.client);
  const objects = countObjects(folderObjectStore({ root: folder }));
  const calls = new Map<string, Map<string, number>>();
  const functions = inProcess(settings, calls, () => services);
  const definitions = {
    workflow: await machine('workflow'),
    slot: await machine('slot'),
  };
  const executions = processExecutions({ definitions, functions });
  const services: Services = {
    table: dynamoTable({ client: tables.client, tableName: 'cost' }),
    objects: objects.store,
    metrics: { emit: () => undefined, read: async () => [] },
    functions,
    executions,
    clock: systemClock(),
    random: Math.random,
    settings,
    tasks: taskRegistry(tasks),
    codecs: zlibCodecs,
    meter: threadMeter(),
  };
  try {
    await executions.start('workflow', RUN, { workflow });
    await ended(services);
    const { operations } = await readDocument(objects.store, { run: RUN, name: 'report' }, RunReport);
    const shardCount = operations.reduce((sum, { committedCount }) => sum + committedCount, 0);
    return { capacity, objects, transitions: transitionsOf(calls), shardCount, invocationMs: settings.invocationMs };
  } finally {
    await executions.close();
    await tables.close();
    rmSync(folder, { recursive: true });
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
      const endsAt = Date.now() + 900_000;
      const answer = await localHandler(handler, services)(payload, {
        functionName,
        awsRequestId: String(requestCount),
        memoryLimitInMB: '1769',
        getRemainingTimeInMillis: () => endsAt - Date.now(),
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
  for (const endsAt = Date.now() + RUN_MAX_MS; Date.now() < endsAt; await clock.sleep(200)) {
    const execution = await executions.describe('workflow', RUN);
    if (execution?.status === 'SUCCEEDED') return;
    if (execution?.status !== 'RUNNING') throw new Error(`the run ended as ${JSON.stringify(execution)}`);
  }
  throw new Error(`the run still goes on after ${RUN_MAX_MS} ms`);
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
