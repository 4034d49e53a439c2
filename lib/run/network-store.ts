import * as z from 'zod';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { EpochMs } from '../core/quantity.ts';
import { LstmDocument } from '../forecast/lstm/lstm-document.ts';
import type { ObjectLocation, ObjectStore } from '../ports/object-store.ts';

/** The last training, and which network forecasts: not the newest, but the newest that was promoted. */
export const NetworkState = z.strictObject({
  trainedAt: z.number(),
  /** Of the newest candidate; the same data are not trained on twice. */
  candidateHash: z.string(),
  /** Mean absolute error of the ensemble with each, over that of the day before; null when nothing could be judged. */
  candidateError: z.number().nullable(),
  presentError: z.number().nullable(),
  /** The network that forecasts; absent before there was one. */
  promotedHash: z.string().optional(),
  promotedAt: z.number().optional(),
});
export type NetworkState = z.infer<typeof NetworkState>;

const STATE: ObjectLocation = 'profiler/lstm/state.json';

/** Nothing before the first training. */
export function readNetworkState(objects: ObjectStore): Promise<NetworkState | undefined> {
  return read(objects, STATE, NetworkState);
}

export async function writeNetworkState(objects: ObjectStore, state: NetworkState): Promise<void> {
  await write(objects, STATE, state);
}

/** The network that was promoted; undefined before there was one. */
export async function readNetwork(objects: ObjectStore): Promise<LstmDocument | undefined> {
  const state = await readNetworkState(objects);
  return state?.promotedHash === undefined ? undefined : read(objects, locationOf(state.promotedHash), LstmDocument);
}

/** Every version stays under the hash of what it was trained on. */
export async function writeNetwork(objects: ObjectStore, network: LstmDocument): Promise<void> {
  await write(objects, locationOf(network.trainingHash), network);
}

/** Whether a day has passed since the last training. */
export function isTrainingDue(state: NetworkState | undefined, now: EpochMs, everyMs: number): boolean {
  return state === undefined || now - state.trainedAt >= everyMs;
}

function locationOf(hash: string): ObjectLocation {
  return `profiler/lstm/${hash}.json`;
}

async function read<Schema extends z.ZodType>(
  objects: ObjectStore,
  location: ObjectLocation,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  if ((await objects.info(location)) === undefined) return undefined;
  const text = new TextDecoder().decode(await objects.get(location));
  return parseStrictly(schema, JSON.parse(text), location);
}

async function write(objects: ObjectStore, location: ObjectLocation, content: unknown): Promise<void> {
  await objects.put(location, new TextEncoder().encode(JSON.stringify(content)));
}
