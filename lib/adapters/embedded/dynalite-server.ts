import { once } from 'node:events';
import { mkdir, open, rm } from 'node:fs/promises';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { errorMessage, ForeshardError } from '../../core/foreshard-error.ts';
import type { ChaosSpec } from './chaos-spec.ts';
import type { DynaliteMessage, DynaliteOrder, DynaliteStart } from './dynalite-thread.ts';
import { loopbackDynamo } from './loopback-dynamo.ts';
import { repairQueueIndex } from './repair-queue-index.ts';

export interface DynaliteServerOptions {
  /**
   * Folder of the table's files.
   *
   * @default - in memory
   */
  readonly path?: string;
  readonly schema: CreateTableCommandInput;
  /**
   * What goes wrong with the requests of `client`.
   *
   * @default - nothing
   */
  readonly chaos?: ChaosSpec | undefined;
}

export interface DynaliteServer {
  /** The real client; closed with the server. */
  readonly client: DynamoDBClient;
  /** Takes the other end of another thread's port: the server answers what comes over it. */
  connect(port: MessagePort): void;
  /** Waits until every write is with the operating system, and ends the server. */
  close(): Promise<void>;
}

const TABLE_WAIT_MAX_SECONDS = 30;

/**
 * Starts DynamoDB in a thread of this process, and makes the table unless it is there. A write that was acknowledged
 * survives `kill -9` of the process: LevelDB hands each one to the operating system before it answers.
 *
 * @throws {ForeshardError} `StoreUnavailable` when the folder cannot be opened: another process has it, or it is broken
 */
export async function dynaliteServer({ path, schema, chaos }: DynaliteServerOptions): Promise<DynaliteServer> {
  const thread = await startThread(path);
  const { port1, port2 } = new MessageChannel();
  thread.connect(port2);
  const client = loopbackDynamo(port1, chaos);
  // LevelDB opens its folder after the thread has started: a failure shows with the first request.
  await Promise.race([createTable(client, schema), thread.failed]);
  if (path !== undefined) await repairAfterKill(client, path, schema);
  return {
    client,
    connect: thread.connect,
    async close() {
      client.destroy();
      await thread.close();
      if (path !== undefined) await rm(openMark(path), { force: true });
    },
  };
}

async function startThread(path: string | undefined) {
  if (path !== undefined) await mkdir(path, { recursive: true });
  const workerData: DynaliteStart = { path };
  const thread = new Worker(new URL('./dynalite-thread.ts', import.meta.url), { workerData });
  const failed = once(thread, 'exit').then(
    () => {
      throw unavailable(path, 'its thread has ended');
    },
    (cause: unknown) => {
      throw unavailable(path, reasonOf(cause));
    },
  );
  failed.catch(() => undefined);
  const tell = (order: DynaliteOrder, moved: readonly MessagePort[] = []) => thread.postMessage(order, moved);
  thread.unref();
  return {
    failed,
    connect: (port: MessagePort) => tell({ connect: port }, [port]),
    async close() {
      thread.ref();
      tell('close');
      const [message] = (await Promise.race([once(thread, 'message'), failed])) as [DynaliteMessage];
      if ('failure' in message) throw unavailable(path, message.failure);
      await thread.terminate();
    },
  };
}

/** Lies beside the folder while a process has it open: found at the start, it tells that the process was killed. */
function openMark(path: string): string {
  return `${path}.open`;
}

async function repairAfterKill(client: DynamoDBClient, path: string, schema: CreateTableCommandInput): Promise<void> {
  const mark = await open(openMark(path), 'a+');
  const { size } = await mark.stat();
  if (size > 0) {
    for (const { IndexName } of schema.GlobalSecondaryIndexes ?? []) {
      await repairQueueIndex(client, { tableName: String(schema.TableName), indexName: String(IndexName) });
    }
  } else {
    await mark.write(`${process.pid}`);
  }
  await mark.close();
}

/** The innermost cause: LevelDB wraps "already held by process" into "failed to open". */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause ? errorMessage(error.cause) : errorMessage(error);
}

function unavailable(path: string | undefined, why: string): ForeshardError {
  return new ForeshardError(
    'StoreUnavailable',
    `the tables in '${path ?? 'memory'}' cannot be opened: ${why}; end the other process that has them, or choose another folder`,
  );
}

async function createTable(client: DynamoDBClient, schema: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand(schema));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: TABLE_WAIT_MAX_SECONDS, minDelay: 0.01, maxDelay: 0.1 },
    { TableName: schema.TableName },
  );
}
