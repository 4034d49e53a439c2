import { resolve } from 'node:path';
import { ForeshardError } from '../../core/foreshard-error.ts';
import { listPools } from '../../plan/list-pools.ts';
import type { Pool } from '../../plan/pool.ts';
import type { MachineName } from '../../ports/executions.ts';
import type { Functions } from '../../ports/functions.ts';
import type { Services } from '../../ports/services.ts';
import type { EmfRecord } from '../../profile/emf.ts';
import { type ExtensionModule, extensionsOf } from '../../run/extensions.ts';
import { dynamoTable } from '../aws/dynamo-table.ts';
import { tableSchema } from '../aws/table-schema.ts';
import { systemClock } from '../system-clock.ts';
import { threadMeter } from '../thread-meter.ts';
import { zlibCodecs } from '../zlib-codecs.ts';
import { type ChaosCounts, chaosFunctions } from './chaos-functions.ts';
import type { ChaosSpec } from './chaos-spec.ts';
import { dynaliteServer } from './dynalite-server.ts';
import { fileMetrics, readMetrics } from './file-metrics.ts';
import { folderStores } from './folder-stores.ts';
import { homeFolders, TABLE_NAME } from './home-folders.ts';
import { homeLock } from './home-lock.ts';
import { type LambdaHandler, localHandler } from './lambda-context.ts';
import { type EmbeddedSettings, machineSettings, thisMachine } from './machine-settings.ts';
import { type ProcessExecutions, processExecutions } from './process-executions.ts';
import { stateMachineDefinition } from './state-machine-definition.ts';
import { passTablesLink } from './tables-link.ts';
import { threadFunctions } from './thread-functions.ts';
import { answerLink } from './thread-link.ts';
import type { WorkerThreadData } from './worker-thread.ts';

export interface EmbeddedOptions {
  /**
   * Folder of everything that outlives the process: a run that it holds can be resumed by another process.
   *
   * @default '.foreshard'
   */
  readonly home?: string;
  /** Settings that the machine shall not decide. */
  readonly settings?: EmbeddedSettings;
  /** The stages by function name: `sharder` stands for `${Sharder}` in `infra/*.asl.json`. */
  readonly handlers: ReadonlyMap<string, LambdaHandler>;
  /**
   * The worker's Lambda: a module that exports `handler`.
   *
   * @default - `functions/worker.ts`
   */
  readonly workerEntry?: URL;
  /** A module that exports `tasks`, the task code that workflows can name, and perhaps other extensions. */
  readonly tasksEntry: URL;
  /**
   * What every pause before a retry is multiplied by; small in tests.
   *
   * @default 1
   */
  readonly retryDelayFactor?: number;
  /**
   * What shall go wrong, for tests and to see what a failure costs.
   *
   * @default - nothing
   */
  readonly chaos?: ChaosSpec | undefined;
}

export interface EmbeddedRuntime extends AsyncDisposable {
  readonly services: Services;
  readonly executions: ProcessExecutions<MachineName | 'refresh'>;
  readonly functions: Functions;
  /** The worker functions of this machine; the table's pool records are made from them. */
  readonly pools: readonly Pool[];
  /** What chaos has done to the workers so far. */
  chaosCounts(): ChaosCounts;
  /** What a run's shard attempts have emitted so far, in this process or an earlier one. */
  metricsOf(run: string): Promise<readonly EmfRecord[]>;
  /** Stops every execution, ends every thread and leaves the folder to the next process. */
  close(): Promise<void>;
}

const INFRA = new URL('../../../infra/', import.meta.url);
const WORKER_ENTRY = new URL('../../../functions/worker.ts', import.meta.url);
const THREAD_ENTRY = new URL('./worker-thread.ts', import.meta.url);
/** What a call may take longer than the worker means to, before its thread is ended. */
const TIMEOUT_MARGIN_MS = 60_000;
const SWEEPER = 'sweeper';
const SWEEP_EVERY_MS = 60_000;

/**
 * Foreshard on this machine: the handlers and the state machines that go to AWS, over tables, objects and threads of
 * this machine. No account, no network, no container.
 *
 * @throws {ForeshardError} `StoreUnavailable` when another process uses the same folder
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedRuntime> {
  await using started = new AsyncDisposableStack();
  const home = resolve(options.home ?? '.foreshard');
  const lock = await homeLock(home);
  started.defer(() => lock.release());
  const settings = machineSettings(thisMachine(), options.settings);
  const { chaos } = options;
  checkZones(chaos, settings.zones);
  const writes = chaos && { spec: chaos, startedAt: Date.now() };
  const folders = homeFolders(home);
  const [definitions, module] = await Promise.all([
    stateMachines([...options.handlers.keys()]),
    import(options.tasksEntry.href) as Promise<ExtensionModule>,
  ]);
  const tables = await dynaliteServer({ path: folders.tables, schema: tableSchema(TABLE_NAME), chaos });
  started.defer(() => tables.close());

  const pools = listPools(settings, new Set());
  const workerData: WorkerThreadData = {
    folders,
    chaos: writes,
    settings,
    tasksEntry: options.tasksEntry.href,
    workerEntry: (options.workerEntry ?? WORKER_ENTRY).href,
  };
  const timeoutMs = settings.invocationMs + TIMEOUT_MARGIN_MS;
  const onThreadMessage = (message: unknown) => {
    answerLink(message, () => services);
    passTablesLink(message, tables.connect);
  };
  const threads = threadFunctions({
    handlers: new Map([...options.handlers].map(([name, handler]) => [name, localHandler(handler, () => services)])),
    pools,
    entry: THREAD_ENTRY,
    workerData,
    timeoutMs,
    onThreadMessage,
  });
  started.defer(() => threads.close());
  const unrest = writes && started.use(chaosFunctions(threads, { ...writes, pools }));
  const worker = { entry: THREAD_ENTRY.href, data: workerData, timeoutMs, onThreadMessage };
  const provided = module.provider?.open({ functions: unrest?.functions ?? threads, pools, worker });
  started.defer(async () => provided?.close?.());
  const functions = provided ?? unrest?.functions ?? threads;
  const executions = processExecutions({ definitions, functions, retryDelayFactor: options.retryDelayFactor ?? 1 });
  started.defer(() => executions.close());

  const services: Services = {
    table: dynamoTable({ client: tables.client, tableName: TABLE_NAME }),
    ...folderStores({ folders, chaos: writes }),
    metrics: fileMetrics(folders.metrics),
    functions,
    executions,
    clock: systemClock(),
    random: Math.random,
    settings,
    ...extensionsOf(module),
    codecs: zlibCodecs,
    meter: threadMeter(),
  };
  const sweeping = await sweepEveryMinute(options.handlers, functions);
  started.defer(sweeping);
  const closing = started.move();
  return {
    services,
    executions,
    functions,
    pools,
    chaosCounts: () => unrest?.counts() ?? { killed: 0, refused: 0 },
    metricsOf: (run) => readMetrics(folders.metrics, run),
    close: () => closing.disposeAsync(),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** @throws {ForeshardError} `InvalidInput` when a zone is to be taken away that there is not */
function checkZones(chaos: ChaosSpec | undefined, zones: readonly string[]): void {
  const unknown = chaos?.zones.find(({ zone }) => !zones.includes(zone));
  if (!unknown) return;
  throw new ForeshardError(
    'InvalidInput',
    `--chaos takes zone '${unknown.zone}' away, which there is not; the zones are ${zones.join(', ')}`,
  );
}

/**
 * The schedule of the sweeper: at once, because what an earlier process left held would keep new runs waiting, and every
 * minute. What fails is in its log, and tried again.
 *
 * @returns ends it
 */
async function sweepEveryMinute(
  handlers: EmbeddedOptions['handlers'],
  functions: Pick<Functions, 'invoke'>,
): Promise<() => void> {
  if (!handlers.has(SWEEPER)) return () => undefined;
  const sweep = () => functions.invoke(SWEEPER, {}).catch(() => undefined);
  await sweep();
  const timer = setInterval(sweep, SWEEP_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** The files of `infra/`, each `${Sharder}` standing for the function `sharder`. */
async function stateMachines(functionNames: readonly string[]) {
  const substitutions = new Map(functionNames.map((name) => [capitalised(name), name]));
  return {
    workflow: await stateMachineDefinition(new URL('workflow.asl.json', INFRA), substitutions),
    slot: await stateMachineDefinition(new URL('slot.asl.json', INFRA), substitutions),
    refresh: await stateMachineDefinition(new URL('refresh.asl.json', INFRA), substitutions),
  };
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
