import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { embedded } from './embedded.ts';

const OBJECTS = 6;

describe('a run with a worker', { timeout: 90_000 }, () => {
  it.each([
    ['hangs', false],
    ['never lets go of its thread', true],
  ])(
    'that %s: ends with a copy, long before its worker would, and keeps one output of each shard',
    async (_, spins) => {
      await using system = await embedded({ tiersMiB: [1_769], slotMax: 4, vcpuMax: 8 });
      const { objects } = system.runtime.services;
      for (let number = 0; number < OBJECTS; number += 1) {
        await objects.put(`in/${number}`, new TextEncoder().encode('{}'.padEnd(300)));
      }
      const mark = join(system.home, 'mark');
      const workflow = {
        version: 1,
        name: 'stall',
        deadline: '10m',
        objective: 'latency',
        operations: [
          {
            id: 's',
            task: 'stall',
            params: { shard: 's/1', mark, spins },
            input: { kind: 'objects', location: 'in/' },
            estimates: { cpuSeconds: 3, memoryMiB: 64 },
          },
        ],
      };
      const stalled = await system.run('stalls', workflow);
      expect(stalled.outcome).toBe('met');
      expect(stalled.endedAt - stalled.startedAt).toBeLessThan(45_000);
      const copied = stalled.decisions.filter(({ taken, change }) => taken && change === 'copy');
      expect(copied).toContainEqual(expect.objectContaining({ shard: 's/1' }));
      // a busy machine may have more of them copied
      const first = stalled.attempts.filter(({ shard, outcome }) => shard === 's/1' && outcome === 'committed');
      expect(first).toMatchObject([{ copy: 's/1~1' }]);
      // nobody works on for a run that is over
      await system.runtime.executions.idle();
      expect(Date.now() - stalled.endedAt).toBeLessThan(10_000);
      const counts = (await system.outputOf(stalled, 's')) as readonly { readonly objects: number }[];
      expect(counts.reduce((sum, { objects: count }) => sum + count, 0)).toBe(OBJECTS);
      const stored = (await collect(objects.list('runs/stalls/outputs/'))).map(({ location }) => location).sort();
      expect(stored).toEqual(stalled.outputs.flatMap(({ locations }) => locations).toSorted());
    },
  );
});
