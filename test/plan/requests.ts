import fc from 'fast-check';
import type { ShardNeed } from '../../lib/forecast/forecast.ts';
import { AllocateRequest, type OpenShard } from '../../lib/plan/allocate-request.ts';
import type { Pool } from '../../lib/plan/pool.ts';

/** A need without a doubt: 80 % of the time is CPU. */
export function certainNeed(durationMs: number, memoryMiB = 500): ShardNeed {
  return needWithin(durationMs, 1, memoryMiB);
}

/** A need whose interval reaches from point / factor to point · factor. */
export function needWithin(durationMs: number, factor: number, memoryMiB = 500): ShardNeed {
  const interval = (point: number) => ({ point, lower: point / factor, upper: point * factor, level: 0.9 });
  return {
    cpuMs: interval(0.8 * durationMs),
    durationMs: interval(durationMs),
    memoryMiB: interval(memoryMiB),
    ioMs: interval(0.2 * durationMs),
    networkBytes: interval(1_000),
  };
}

export function openShard(id: string, durationMs: number, needs: readonly string[] = []): OpenShard {
  const [operation = id, index = '0'] = id.split('/');
  return {
    id,
    operation,
    index: Number.parseInt(index, 10),
    type: `${operation}@1`,
    needs: [...needs],
    need: certainNeed(durationMs),
    memoryMinMiB: 0,
  };
}

export function pool(zone: string, slotMax: number, memoryMiB = 1_769): Pool {
  return {
    id: `${memoryMiB}-${zone}`,
    functionName: `worker-${memoryMiB}-${zone}`,
    memoryMiB,
    zone,
    state: 'open',
    slotMax,
  };
}

export function request(shards: readonly OpenShard[], changes: Partial<AllocateRequest> = {}): AllocateRequest {
  return AllocateRequest.parse({
    run: 'run',
    generation: 1,
    newcomer: true,
    now: 0,
    deadlineAt: 3_600_000,
    priority: 5,
    objective: 'deadline',
    shards,
    pools: [pool('a', 2), pool('b', 2)],
    ledgers: [],
    canaries: [],
    newTypes: [],
    canaryCount: 2,
    startDelayMs: 0,
    vcpuMax: 1_000,
    chance: 0.95,
    ...changes,
  });
}

/** Runs of up to 30 shards in up to six operations, joined at random by wide and narrow edges. */
export function shardGraphs(): fc.Arbitrary<readonly OpenShard[]> {
  const operation = fc.record({
    durationsMs: fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 5 }),
    memoryMiB: fc.constantFrom(300, 2_000, 5_000),
    before: fc.array(fc.record({ pick: fc.nat({ max: 100 }), wide: fc.boolean() }), { maxLength: 2 }),
    running: fc.boolean(),
  });
  return fc.array(operation, { minLength: 1, maxLength: 6 }).map((operations) =>
    operations.flatMap(({ durationsMs, memoryMiB, before, running }, number) =>
      durationsMs.map((durationMs, index): OpenShard => {
        const needs = before.flatMap(({ pick, wide }) => {
          if (number === 0) return [];
          const earlier = pick % number;
          const count = operations[earlier]?.durationsMs.length ?? 1;
          return [wide ? `wide:o${earlier}` : `narrow:o${earlier}/${index % count}`];
        });
        const first = number === 0 && running && index === 0 && memoryMiB === 300;
        return {
          ...openShard(`o${number}/${index}`, durationMs, needs),
          need: certainNeed(durationMs, memoryMiB),
          ...(first && { running: { pool: '1769-a', remainingMs: durationMs } }),
        };
      }),
    ),
  );
}
