import * as z from 'zod';
import type { ObjectStore } from '../ports/object-store.ts';
import { defineTask } from '../run/define-task.ts';
import { burnCpu } from './burn-cpu.ts';

const Amount = z.number().nonnegative();

/** What a recorded task used. Each is used again, not pretended. */
export const ReplayParams = z.strictObject({
  /** CPU time on one vCPU. */
  cpuMs: Amount.default(0),
  /** Memory that is touched and held while the CPU burns. */
  memoryMiB: Amount.default(0),
  /** Bytes to read in all; what the input brings counts, the rest comes from a scratch object. */
  readBytes: Amount.default(0),
  /** Bytes of payload in the output. */
  writeBytes: Amount.default(0),
  /** Time without CPU, as spent on a service elsewhere. */
  waitMs: Amount.default(0),
  /** Whether the amounts are those of one shard, or of one input record, so that the work is cut with the input. */
  per: z.enum(['shard', 'record']).default('shard'),
});
export type ReplayParams = z.infer<typeof ReplayParams>;

/** The scratch object lies in the run's own store; any run may write it, always the same zeros. */
const SCRATCH_LOCATION = 'replay/scratch';
const SCRATCH_BYTES = 4 * 1024 * 1024;

/** Payload of one output record: small enough to be read block by block. */
const RECORD_BYTES_MAX = 64 * 1024;

const MIB = 1024 * 1024;
/** Touching one byte of each page makes the memory real. */
const PAGE_BYTES = 4096;

/** Uses the CPU, memory and bytes that a task of a recorded workflow used. */
export const replay = defineTask<ReplayParams, unknown>({
  name: 'replay',
  params: ReplayParams,
  async run({ params, input, write, objects, signal, sleep }) {
    let recordCount = 0;
    let inputBytes = 0;
    for await (const { records } of input) {
      recordCount += records.length;
      for (const record of records) inputBytes += JSON.stringify(record).length;
    }
    const times = params.per === 'shard' ? 1 : recordCount;
    await readScratch(objects, params.readBytes * times - inputBytes, signal);
    const held = touch(params.memoryMiB);
    await burnCpu(params.cpuMs * times, { signal, cpuMs: threadCpuMs, yieldTurn });
    if (params.waitMs > 0) await sleep(params.waitMs * times);
    release(held);
    if (!signal.aborted) writePayload(Math.round(params.writeBytes * times), write);
  },
});

async function readScratch(objects: ObjectStore, bytes: number, signal: AbortSignal): Promise<void> {
  if (bytes <= 0) return;
  await objects.put(SCRATCH_LOCATION, new Uint8Array(SCRATCH_BYTES), { ifAbsent: true });
  for (let left = bytes; left > 0 && !signal.aborted; left -= SCRATCH_BYTES) {
    await objects.get(SCRATCH_LOCATION, { start: 0, end: Math.min(SCRATCH_BYTES, Math.ceil(left)) });
  }
}

function touch(memoryMiB: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let leftBytes = memoryMiB * MIB; leftBytes > 0; leftBytes -= MIB) {
    const chunk = new Uint8Array(Math.min(MIB, Math.ceil(leftBytes)));
    for (let at = 0; at < chunk.length; at += PAGE_BYTES) chunk[at] = 1;
    chunks.push(chunk);
  }
  return chunks;
}

/** A use after the work: the memory cannot be collected before. */
function release(chunks: Uint8Array[]): void {
  chunks.length = 0;
}

function writePayload(bytes: number, write: (record: unknown, key?: string) => void): void {
  const whole = 'x'.repeat(Math.min(bytes, RECORD_BYTES_MAX));
  for (let number = 0, left = bytes; left > 0; number += 1, left -= whole.length) {
    const payload = left < whole.length ? whole.slice(0, left) : whole;
    write({ number, payload }, String(number));
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function yieldTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
