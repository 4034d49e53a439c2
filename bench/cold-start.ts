import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundle, bundleOptions } from '../infra/bundle.ts';
import { handlerNames } from './bundles.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, '.foreshard/cold-start');
const TASKS = join(ROOT, 'lib/tasks/built-in-tasks.ts');
const ROUNDS = 9;
/** Our own code may cost a quarter of what the clients cost that it cannot do without. */
const RATIO_MAX = 1.25;

/** What a function in Lambda has around it, as far as starting goes. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  FORESHARD_TABLE: 'table',
  FORESHARD_BUCKET: 'bucket',
  FORESHARD_WORKFLOW_MACHINE: 'arn:aws:states:eu-central-1:123456789012:stateMachine:workflow',
  FORESHARD_SLOT_MACHINE: 'arn:aws:states:eu-central-1:123456789012:stateMachine:slot',
  FORESHARD_SETTINGS: '{}',
};

/**
 * The handler to compare with: it makes the same clients, and does nothing. The event is one that
 * every stage refuses, so what is timed is loading the code and making the clients.
 */
const CLIENTS_ONLY = `
  import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand, DeleteItemCommand, QueryCommand, BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
  import { S3Client, GetObjectCommand, PutObjectCommand, HeadObjectCommand, ListObjectsV2Command, DeleteObjectCommand } from '@aws-sdk/client-s3';
  const used = [GetItemCommand, PutItemCommand, UpdateItemCommand, DeleteItemCommand, QueryCommand, BatchWriteItemCommand,
    GetObjectCommand, PutObjectCommand, HeadObjectCommand, ListObjectsV2Command, DeleteObjectCommand];
  const clients = [new DynamoDBClient({}), new S3Client({})];
  export const handler = async () => { throw new Error(String(used.length + clients.length)); };
`;

/** Time from nothing to a handler that can work, in a process of its own, relative to one with the same clients alone. */
export const bench = {
  name: 'cold-start',
  needs: 'nothing',
  takes: '60 s',
  async run() {
    mkdirSync(FOLDER, { recursive: true });
    const handlers = handlerNames();
    await bundle({ handlers, tasksEntry: TASKS, directory: FOLDER });
    await bundleClientsOnly();
    const times = new Map<string, number[]>();
    // Round by round, so that a busy moment of the machine falls on all alike.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of ['clients-only', ...handlers]) times.set(name, [...(times.get(name) ?? []), startMs(name)]);
    }
    rmSync(FOLDER, { recursive: true });
    // The least disturbed start of each: whatever else the machine does can only make one longer.
    const base = Math.min(...(times.get('clients-only') ?? []));
    const ratios = handlers.map((name) => [name, Math.min(...(times.get(name) ?? [])) / base] as const);
    return {
      figures: Object.fromEntries(ratios.map(([name, ratio]) => [`${name}Ratio`, ratio])),
      targets: Object.fromEntries(ratios.map(([name]) => [`${name}Ratio`, { atMost: RATIO_MAX }])),
      table: [
        { handler: 'clients only', 'start, ms': Math.round(base), ratio: 1 },
        ...ratios.map(([handler, ratio]) => ({
          handler,
          'start, ms': Math.round(ratio * base),
          ratio: Math.round(ratio * 100) / 100,
        })),
      ],
    };
  },
};

/** Bundled as the handlers are: what is left of the difference is our own code and its libraries. */
async function bundleClientsOnly(): Promise<void> {
  const entry = join(FOLDER, 'clients-only.ts');
  writeFileSync(entry, CLIENTS_ONLY);
  await build({ ...bundleOptions(), entryPoints: [{ in: entry, out: 'clients-only' }], outdir: FOLDER });
}

function startMs(name: string): number {
  const script = `const startedAt = performance.now();
    const { handler } = await import(${JSON.stringify(join(FOLDER, `${name}.mjs`))});
    await handler(null, { getRemainingTimeInMillis: () => 1000 }).catch(() => undefined);
    console.log('started in ' + (performance.now() - startedAt) + ' ms');`;
  const env = { ...process.env, ...ENVIRONMENT };
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(/started in ([\d.]+) ms/.exec(printed)?.[1]);
}
