import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedded, embedded, linesFile } from './embedded.ts';

describe('the second run of a workflow', { timeout: 120_000 }, () => {
  let system: Embedded;

  beforeAll(async () => {
    system = await embedded();
  });

  afterAll(() => system[Symbol.asyncDispose]());

  it('predicts from the first: no canaries, and a smaller error', async () => {
    const workflow = {
      version: 1,
      name: 'learned',
      deadline: '5m',
      objective: 'latency',
      operations: [
        {
          id: 'slow',
          task: 'dawdle',
          params: { msPerRecord: 2 },
          input: { kind: 'ndjson', location: await linesFile(system.home, 600) },
        },
      ],
    };
    const first = await system.run('first', workflow);
    const second = await system.run('second', workflow);
    expect(first.outcome).toBe('met');
    expect(first.forecast.types[0]).toMatchObject({ origin: 'prior', sampleCount: 0 });
    expect(second.forecast.types[0]?.origin).toBe('profile');
    expect(second.plan.canaries).toEqual([]);
    expect(second.accuracy.medianAbsoluteErrorMs).toBeLessThan(first.accuracy.medianAbsoluteErrorMs);
  });
});
