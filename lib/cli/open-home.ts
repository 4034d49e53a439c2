import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { dynamoTable } from '../adapters/aws/dynamo-table.ts';
import { tableSchema } from '../adapters/aws/table-schema.ts';
import { dynaliteServer } from '../adapters/embedded/dynalite-server.ts';
import { folderStores } from '../adapters/embedded/folder-stores.ts';
import { homeFolders, TABLE_NAME } from '../adapters/embedded/home-folders.ts';
import { homeLock } from '../adapters/embedded/home-lock.ts';
import { machineSettings, thisMachine } from '../adapters/embedded/machine-settings.ts';
import { memoryTable } from '../adapters/embedded/memory-table.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { Services } from '../ports/services.ts';

/** The stores of the embedded runtime without its workers: enough to look and to plan. */
export interface Home extends AsyncDisposable {
  readonly services: Pick<Services, 'table' | 'objects' | 'replicas' | 'clock' | 'settings'>;
}

/**
 * Opens the folder of the embedded runtime. Where nothing has run yet there is nothing to read, and with `write` false
 * no folder is made.
 *
 * @throws {ForeshardError} `StoreUnavailable` when another process uses the folder
 */
export async function openHome(folder: string, { write }: { readonly write: boolean }): Promise<Home> {
  await using opened = new AsyncDisposableStack();
  const home = resolve(folder);
  const folders = homeFolders(home);
  const others = { ...folderStores({ folders }), clock: systemClock(), settings: machineSettings(thisMachine()) };
  if (!write && !(await stat(folders.tables).catch(() => undefined))) {
    return homeOf({ ...others, table: memoryTable() }, opened.move());
  }
  const lock = await homeLock(home);
  opened.defer(() => lock.release());
  const tables = await dynaliteServer({ path: folders.tables, schema: tableSchema(TABLE_NAME) });
  opened.defer(() => tables.close());
  return homeOf({ ...others, table: dynamoTable({ client: tables.client, tableName: TABLE_NAME }) }, opened.move());
}

function homeOf(services: Home['services'], closing: AsyncDisposableStack): Home {
  return { services, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}
