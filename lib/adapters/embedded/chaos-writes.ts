import { stat, writeFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { type ChaosSpec, isWithin } from './chaos-spec.ts';
import type { WriteFile } from './folder-object-store.ts';

export interface ChaosWritesOptions {
  readonly spec: ChaosSpec;
  /** When the runtime started, by `Date.now()`. */
  readonly startedAt: number;
}

/**
 * Writes on a disk that is full for a time, and that keeps something else than it was given: of the outputs that the
 * specification names the first attempt's has a wrong byte, or ends in the middle.
 */
export function chaosWrites({ spec, startedAt }: ChaosWritesOptions): WriteFile {
  return async (file, body) => {
    if (isWithin(spec.diskFull, Date.now() - startedAt)) throw noSpace();
    await writeFile(file, damaged(body, await firstOutputOf(file), spec));
  };
}

/** As the operating system says it. */
function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

/** An object's file, and what the name of the file that it is written as has in addition. */
const FIRST_OUTPUT = /^(.*\/outputs\/(([^/]+)\/.+)\/1)(?:\.[^/]*)?$/;

/** The shard and the operation whose first output is written here for the first time, if it is: what is restored stays. */
async function firstOutputOf(file: string): Promise<readonly string[]> {
  const [, object, ...names] = FIRST_OUTPUT.exec(file.replaceAll(sep, '/')) ?? [];
  const known = object !== undefined && (await stat(object).catch(() => undefined));
  return known ? [] : names;
}

function damaged(body: Uint8Array, names: readonly string[], { corrupt, truncate }: ChaosSpec): Uint8Array {
  if (body.length === 0) return body;
  const middle = Math.floor(body.length / 2);
  if (truncate.some((name) => names.includes(name))) return body.subarray(0, middle);
  if (!corrupt.some((name) => names.includes(name))) return body;
  const wrong = body.slice();
  wrong[middle] = (wrong[middle] ?? 0) ^ 1;
  return wrong;
}
