import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
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

/** The handler to compare with: it makes the same clients, has the same commands, and does nothing. */
const CLIENTS_ONLY = `
  import { BatchWriteItemCommand, DeleteItemCommand, DynamoDBClient, GetItemCommand, paginateQuery, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
  import { AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand,
    ListObjectsV2Command, PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
  export const used = [BatchWriteItemCommand, DeleteItemCommand, GetItemCommand, paginateQuery, PutItemCommand, QueryCommand, UpdateItemCommand,
    AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand,
    ListObjectsV2Command, PutObjectCommand, UploadPartCommand];
  export const clients = [new DynamoDBClient({}), new S3Client({})];
  export const handler = async () => { throw new Error(String(used.length + clients.length)); };
`;

/** The least that a stage could be: the clients and the three libraries that every stage is made of. */
const CLIENTS_AND_LIBRARIES = `${CLIENTS_ONLY.replace(/export const handler.*/, '')}
  import * as z from 'zod';
  import { stage } from './functions/stage.ts';
  export const handler = stage({ name: 'least', input: z.strictObject({ run: z.string() }), run: async () => undefined });
`;

/** What the handlers are compared with, and the least that one of ours could be; neither is judged. */
const YARDSTICKS: ReadonlyMap<string, string> = new Map([
  ['clients only', CLIENTS_ONLY],
  ['clients and libraries', CLIENTS_AND_LIBRARIES],
]);

/** One start, or the least disturbed of several. */
interface Start {
  /** From nothing to a module that is loaded, with its clients made: what Lambda calls the initialisation. */
  readonly loadedMs: number;
  /** From nothing to the answer to an event that every stage refuses: with a first parse and a line of log. */
  readonly answeredMs: number;
}

/** How long a handler takes to start, in a process of its own, relative to one with the same clients alone. */
export const bench = {
  name: 'cold-start',
  needs: 'nothing',
  takes: '90 s',
  async run() {
    mkdirSync(FOLDER, { recursive: true });
    const handlers = handlerNames();
    const { called } = await bundle({ handlers, tasksEntry: TASKS, directory: FOLDER });
    await bundleYardsticks(called);
    const starts = leastStarts([...YARDSTICKS.keys(), ...handlers]);
    rmSync(FOLDER, { recursive: true });
    const base = starts.get('clients only') ?? NEVER;
    const ratios = [...starts].map(([handler, { loadedMs, answeredMs }]) => ({
      handler,
      loadedMs,
      ratio: loadedMs / base.loadedMs,
      answeredMs,
      answeredRatio: answeredMs / base.answeredMs,
    }));
    const judged = ratios.filter(({ handler }) => !YARDSTICKS.has(handler));
    return {
      figures: Object.fromEntries(
        judged.flatMap(({ handler, ratio, answeredRatio }) => [
          [`${handler}Ratio`, ratio],
          [`${handler}AnsweredRatio`, answeredRatio],
        ]),
      ),
      targets: Object.fromEntries(
        judged.flatMap(({ handler }) => [
          [`${handler}Ratio`, { atMost: RATIO_MAX }],
          [`${handler}AnsweredRatio`, { atMost: RATIO_MAX }],
        ]),
      ),
      table: ratios.map(({ handler, loadedMs, ratio, answeredMs, answeredRatio }) => ({
        handler,
        'loaded, ms': loadedMs.toFixed(1),
        ratio: ratio.toFixed(2),
        'answered, ms': answeredMs.toFixed(1),
        'its ratio': answeredRatio.toFixed(2),
      })),
    };
  },
};

const NEVER: Start = { loadedMs: Number.POSITIVE_INFINITY, answeredMs: Number.POSITIVE_INFINITY };

/** Whatever else the machine does can only make a start longer: the least of several is the least disturbed. */
function leastStarts(names: readonly string[]): ReadonlyMap<string, Start> {
  const least = new Map<string, Start>();
  // Round by round, so that a busy moment of the machine falls on all alike.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      const before = least.get(name) ?? NEVER;
      const now = startOf(name);
      least.set(name, {
        loadedMs: Math.min(before.loadedMs, now.loadedMs),
        answeredMs: Math.min(before.answeredMs, now.answeredMs),
      });
    }
  }
  return least;
}

/** Bundled as the handlers are: what is left of the difference is our own code and its libraries. */
async function bundleYardsticks(called: ReadonlySet<string>): Promise<void> {
  for (const [name, contents] of YARDSTICKS) {
    const stdin = { contents, resolveDir: ROOT, loader: 'ts' } as const;
    await build({ ...bundleOptions(called), stdin, entryNames: name, outdir: FOLDER });
  }
}

function startOf(name: string): Start {
  const script = `const startedAt = performance.now();
    const { handler } = await import(${JSON.stringify(join(FOLDER, `${name}.mjs`))});
    const loadedMs = performance.now() - startedAt;
    await handler(null, { getRemainingTimeInMillis: () => 1000 }).catch(() => undefined);
    console.log('started: ' + JSON.stringify({ loadedMs, answeredMs: performance.now() - startedAt }));`;
  const env = { ...process.env, ...ENVIRONMENT };
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(/started: (.*)/.exec(printed)?.[1] ?? 'null') as Start;
}
