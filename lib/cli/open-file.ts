import { spawn } from 'node:child_process';

const OPENERS = new Map<NodeJS.Platform, readonly [string, ...string[]]>([
  ['darwin', ['open']],
  ['win32', ['cmd', '/c', 'start', '']],
]);

/**
 * Opens a file with the program that the user's desktop has for it, and does not wait for it.
 *
 * @returns false when there is none, as on a server
 */
export function openFile(path: string): Promise<boolean> {
  const [program, ...args] = OPENERS.get(process.platform) ?? ['xdg-open'];
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const opener = spawn(program, [...args, path], { stdio: 'ignore', detached: true });
  opener.once('error', () => resolve(false));
  opener.once('spawn', () => {
    opener.unref();
    resolve(true);
  });
  return promise;
}
