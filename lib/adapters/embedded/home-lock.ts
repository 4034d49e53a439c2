import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeshardError } from '../../core/foreshard-error.ts';

const TAKE_MAX = 3;

/** Held for as long as a process uses a folder. */
export interface HomeLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process. A lock whose process is gone, by `kill -9` or a reboot, is taken over.
 *
 * @throws {ForeshardError} `StoreUnavailable` naming the process that uses the folder
 */
export async function homeLock(home: string): Promise<HomeLock> {
  await mkdir(home, { recursive: true });
  const file = join(home, 'lock');
  const mine = processMark(process.pid);
  for (let attempt = 1; attempt <= TAKE_MAX; attempt += 1) {
    try {
      await writeFile(file, mine, { flag: 'wx' });
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const pid = await holder(file);
    if (pid !== undefined) throw inUse(home, pid);
    await rm(file, { force: true });
  }
  throw inUse(home, undefined);
}

/** True while a process that lives uses the folder; nothing is taken. */
export async function isHeld(home: string): Promise<boolean> {
  return (await holder(join(home, 'lock'))) !== undefined;
}

/** The process that holds a lock, when it lives. */
async function holder(file: string): Promise<number | undefined> {
  const theirs = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(theirs, 10);
  return pid > 0 && isAlive(pid) && processMark(pid) === theirs ? pid : undefined;
}

/** The process and, where the system tells, when it started: a process number is used again after a while. */
function processMark(pid: number): string {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    return `${pid} ${afterName.split(' ')[19]}`;
  } catch {
    return `${pid}`;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function inUse(home: string, pid: number | undefined): ForeshardError {
  return new ForeshardError(
    'StoreUnavailable',
    `the folder '${home}' is in use by ${pid === undefined ? 'another process' : `process ${pid}`}; wait until it has ended, or choose another folder with --home`,
  );
}
