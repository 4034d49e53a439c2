import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { byCodeUnit } from '../../lib/core/by-code-unit.ts';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { nearestName } from '../../lib/workflow/nearest-name.ts';
import type { Bench } from '../bench.ts';

/** Every file of a folder that exports a `bench`, by name. */
export async function findBenches(folder: string): Promise<readonly Bench[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && file !== 'run.ts').sort(byCodeUnit);
  const loaded = await Promise.all(files.map((file) => loadBench(join(folder, file))));
  return loaded.filter((bench) => bench !== undefined);
}

/**
 * The bench of this name.
 *
 * @throws {ForeshardError} `InvalidInput`, with the nearest name, when there is none
 */
export async function findBench(folder: string, name: string): Promise<Bench> {
  const path = join(folder, `${name}.ts`);
  const isFileName = basename(name) === name && name !== 'run';
  const bench = isFileName && existsSync(path) ? await loadBench(path) : undefined;
  if (bench) return bench;
  const names = (await findBenches(folder)).map((found) => found.name);
  const near = nearestName(name, names);
  const advice = near === undefined ? 'without a name all are listed' : `did you mean ${near}?`;
  throw new ForeshardError('InvalidInput', `there is no bench '${name}'; ${advice}`);
}

async function loadBench(path: string): Promise<Bench | undefined> {
  const loaded: { readonly bench?: Bench } = await import(pathToFileURL(path).href);
  return loaded.bench;
}
