import type { Settings } from '../../core/settings.ts';
import type { Services } from '../../ports/services.ts';
import { type ExtensionModule, extensionsOf } from '../../run/extensions.ts';
import { dynamoTable } from '../aws/dynamo-table.ts';
import { systemClock } from '../system-clock.ts';
import { threadMeter } from '../thread-meter.ts';
import { zlibCodecs } from '../zlib-codecs.ts';
import type { ChaosWritesOptions } from './chaos-writes.ts';
import { fileMetrics } from './file-metrics.ts';
import { folderStores } from './folder-stores.ts';
import { type HomeFolders, TABLE_NAME } from './home-folders.ts';
import type { CreateHandler, LocalHandler } from './invocation.ts';
import { type LambdaHandler, localHandler } from './lambda-context.ts';
import { loopbackDynamo } from './loopback-dynamo.ts';
import { moduleFunctions } from './module-functions.ts';
import { openTablesLink } from './tables-link.ts';
import { openLink } from './thread-link.ts';

/** All that a worker thread needs to build services of its own; it survives a structured clone. */
export interface WorkerThreadData {
  readonly folders: HomeFolders;
  readonly settings: Settings;
  /** A module that exports `tasks`. */
  readonly tasksEntry: string;
  /** The worker's Lambda: a module that exports `handler`. */
  readonly workerEntry: string;
  /** What goes wrong, and since when. */
  readonly chaos?: ChaosWritesOptions | undefined;
}

/** Makes a worker thread's function: the handler that goes to Lambda, with services of this thread's own. */
export const createHandler: CreateHandler = async (data) => {
  const { workerEntry, ...start } = data as WorkerThreadData;
  const [{ handler }, services] = await Promise.all([
    import(workerEntry) as Promise<{ readonly handler: LambdaHandler }>,
    threadServices(start),
  ]);
  return localHandler(handler, () => services);
};

/** What a module of task code exports. */
interface TaskModule extends ExtensionModule {
  /** Handlers that tasks may call, in place of Lambda functions of these names. */
  readonly functions?: Readonly<Record<string, LocalHandler>>;
}

async function threadServices(data: Omit<WorkerThreadData, 'workerEntry'>): Promise<Services> {
  const module = (await import(data.tasksEntry)) as TaskModule;
  const link = openLink();
  return {
    ...link,
    functions: { ...link.functions, ...moduleFunctions(module.functions) },
    table: dynamoTable({ client: loopbackDynamo(openTablesLink(), data.chaos?.spec), tableName: TABLE_NAME }),
    ...folderStores(data),
    metrics: fileMetrics(data.folders.metrics),
    clock: systemClock(),
    random: Math.random,
    settings: data.settings,
    ...extensionsOf(module),
    codecs: zlibCodecs,
    meter: threadMeter(),
  };
}
