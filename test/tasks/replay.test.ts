import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay } from '../../lib/tasks/replay.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { blockOf, runTask } from '../run-task.ts';

const MIB = 1024 * 1024;

describe('replay', () => {
  it('writes the payload that it was asked for, to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300_000 }), async (writeBytes) => {
        const written = await runTask(replay, { blocks: [], params: { writeBytes } });
        expect(payloadBytes(written)).toBe(writeBytes);
      }),
      { numRuns: 30 },
    );
  });

  it('reads what its input did not bring', async () => {
    const objects = memoryObjectStore();
    const blocks = [blockOf([{ payload: 'x'.repeat(MIB) }])];
    await runTask(replay, { blocks, params: { readBytes: 10 * MIB }, objects });
    const read = objects.reads.reduce((sum, { bytes }) => sum + bytes, 0);
    // the record's own JSON around the payload counts as input
    expect(read).toBe(9 * MIB - '{"payload":""}'.length);
    await runTask(replay, { blocks, params: { readBytes: MIB }, objects });
    expect(objects.reads.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(read);
  });

  it('multiplies by the records when the amounts are those of one', async () => {
    const waitsMs: number[] = [];
    const params = { writeBytes: 1_000, waitMs: 7, per: 'record' };
    const run = { params, sleep: async (durationMs: number) => void waitsMs.push(durationMs) };
    const written = await runTask(replay, { ...run, blocks: [blockOf([1, 2]), blockOf([3])] });
    expect(payloadBytes(written)).toBe(3_000);
    expect(waitsMs).toEqual([21]);
    expect(await runTask(replay, { ...run, blocks: [] })).toEqual([]);
  });

  it('does nothing that it was not asked for', async () => {
    const objects = memoryObjectStore();
    expect(await runTask(replay, { blocks: [blockOf([1])], objects })).toEqual([]);
    expect(objects.reads).toEqual([]);
    expect(await objects.info('replay/scratch')).toBeUndefined();
  });

  it('gives up at once, and writes nothing, when its time is over', async () => {
    const params = { cpuMs: 1e9, writeBytes: 10 };
    expect(await runTask(replay, { blocks: [], params, signal: AbortSignal.abort() })).toEqual([]);
  });

  it('refuses amounts that are none', async () => {
    await expect(runTask(replay, { blocks: [], params: { cpuMs: -1 } })).rejects.toThrow(/cpuMs/);
    await expect(runTask(replay, { blocks: [], params: { cpuSeconds: 1 } })).rejects.toThrow(/cpuSeconds/);
  });
});

function payloadBytes(written: readonly { readonly record: unknown }[]): number {
  return written.reduce((sum, { record }) => sum + (record as { payload: string }).payload.length, 0);
}
