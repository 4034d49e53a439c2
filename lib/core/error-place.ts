/** A place in a file, as stacks name it: `file:///home/me/tasks.ts:17:9`, `/var/task/index.mjs:1:3344`. */
const PLACE = /(?:file:\/\/)?(\/[^\s()]+:\d+(?::\d+)?)/;

/**
 * Where an error was thrown, by the first line of its stack that names a file outside of Node.js.
 *
 * @returns `/home/me/tasks.ts:17:9`, or nothing when no line names one
 */
export function errorPlace(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const lines = stack.replace(error instanceof Error ? error.message : '', '').split('\n');
  for (const line of lines) {
    const place = line.includes('node:') ? undefined : PLACE.exec(line)?.[1];
    if (place !== undefined) return place;
  }
  return undefined;
}
