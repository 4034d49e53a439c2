import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { makeChange } from '../../lib/reshard/make-change.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { endOf } from '../../lib/run/shard-record.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { pipeline } from '../fixtures/run-pipeline.ts';

interface Line {
  readonly value: number;
}

const seen: number[] = [];

/** Passes records on, slowly: 20 ms each. */
const pass = defineTask<unknown, Line>({
  name: 'pass',
  async run({ input, write, sleep }) {
    for await (const { records } of input) {
      for (const record of records) {
        await sleep(20);
        write(record);
      }
    }
  },
});

/** Notes every record that it gets, of the operation before it as a whole. */
const note = defineTask<unknown, Line>({
  name: 'note',
  async run({ input }) {
    for await (const { records } of input) seen.push(...records.map(({ value }) => value));
  },
});

const OBJECTS = 12;
const PER_OBJECT = 30;

const WORKFLOW = {
  version: 1,
  name: 'merged',
  deadline: '60s',
  operations: [
    { id: 'pass', task: 'pass', input: { kind: 'ndjson', location: 'data/' }, estimates: { cpuSeconds: 200 } },
    { id: 'note', task: 'note', after: [{ operation: 'pass', edge: 'wide' }], estimates: { cpuSeconds: 1 } },
  ],
};

describe('a run whose shards are merged before they start', () => {
  it('passes every record on once, over the borders of objects and of indexes', { timeout: 90_000 }, async () => {
    const settings = { zones: ['az1', 'az2'] };
    const services = memoryServices({ tasks: [pass, note], startAt: Date.UTC(2026, 0, 1), settings });
    for (let number = 0; number < OBJECTS; number += 1) {
      const lines = Array.from({ length: PER_OBJECT }, (_, at) => JSON.stringify({ value: number * PER_OBJECT + at }));
      const body = new TextEncoder().encode(`${lines.join('\n')}\n`);
      await services.objects.put(`data/${String(number).padStart(2, '0')}.ndjson`, body);
    }
    const run = 'merged';
    const { run: start } = pipeline(services, {
      afterDelivery: async ({ stage }) => {
        if (stage !== 'allocator') return;
        const shards = await collect(readShards(services.table, run));
        // canaries too, which the resharder leaves alone: a verdict must not wait for what is gone
        const ready = shards.filter(({ operation, state }) => operation === 'pass' && state === 'READY');
        ready.sort((a, b) => a.range.start - b.range.start);
        const pairs = ready.flatMap((head, at) => {
          const next = ready[at + 1];
          return at % 2 === 0 && next?.range.start === endOf(head) ? [[head.shard, next.shard]] : [];
        });
        const decision = { at: 0, operation: 'pass', gainUsd: 1, costUsd: 0, savedMs: 1, taken: true, reason: '' };
        const records = new Map(shards.map((shard) => [shard.shard, shard]));
        await makeChange({ ...decision, change: 'merge', merges: pairs }, { run, records, zones: ['az1'] }, services);
      },
    });
    expect(await start(run, { workflow: WORKFLOW })).toEqual({ outcome: 'met' });
    const shards = await collect(readShards(services.table, run));
    expect(shards.filter(({ absorbed }) => absorbed !== undefined).length).toBeGreaterThan(2);
    const count = OBJECTS * PER_OBJECT;
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, value) => value));
    expect(shards.every(({ state }) => state === 'DONE' || state === 'REMOVED')).toBe(true);
  });
});
