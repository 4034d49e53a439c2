import { access, constants, mkdir, mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { homeLock } from '../adapters/embedded/home-lock.ts';
import { thisMachine } from '../adapters/embedded/machine-settings.ts';
import { errorMessage } from '../core/foreshard-error.ts';
import { loadExtensions } from './load-extensions.ts';

/** What {@link judgeMachine} looks at. A text says why something is not as it should be. */
export interface MachineFacts {
  readonly nodeVersion: string;
  readonly vcpuCount: number;
  readonly memoryMiB: number;
  readonly home: string;
  readonly freeDiskMiB: number;
  readonly homeProblem: string | undefined;
  readonly lockProblem: string | undefined;
  readonly loopbackProblem: string | undefined;
  readonly tasksProblem: string | undefined;
  readonly taskCount: number;
}

const BYTES_PER_MIB = 1_048_576;

/** Looks at this machine as the embedded runtime will use it, and leaves nothing behind. */
export async function machineFacts(options: {
  readonly home: string;
  readonly tasks?: string | undefined;
}): Promise<MachineFacts> {
  const home = resolve(options.home);
  const existing = await firstExisting(home);
  const disk = await statfs(existing);
  const tasks = await loadExtensions(options.tasks).then(
    ({ tasks: known }) => ({ taskCount: known.size, tasksProblem: undefined }),
    (error: unknown) => ({ taskCount: 0, tasksProblem: errorMessage(error) }),
  );
  return {
    nodeVersion: process.versions.node,
    ...thisMachine(),
    home,
    freeDiskMiB: Math.floor((disk.bavail * disk.bsize) / BYTES_PER_MIB),
    homeProblem: await problemOf(() => writeIn(existing)),
    lockProblem: existing === home ? await problemOf(() => takeLock(home)) : undefined,
    loopbackProblem: await problemOf(listenOnLoopback),
    ...tasks,
  };
}

async function problemOf(attempt: () => Promise<void>): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/** The folder itself, or the nearest one above it that is there. */
async function firstExisting(path: string): Promise<string> {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (await stat(folder).catch(() => undefined)) return folder;
  }
  return dirname(path);
}

async function writeIn(folder: string): Promise<void> {
  await access(folder, constants.W_OK);
  await rm(await mkdtemp(join(folder, '.doctor-')), { recursive: true });
}

async function takeLock(home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  await (await homeLock(home)).release();
}

function listenOnLoopback(): Promise<void> {
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => server.close(() => done()));
  return promise;
}
