import { describe, expect, it } from 'vitest';
import { estimateWork } from '../../lib/forecast/estimate-work.ts';
import { estimateWorkflow } from '../../lib/forecast/estimate-workflow.ts';
import type { Profile, Sample } from '../../lib/profile/profile.ts';
import { Operation, Workflow } from '../../lib/workflow/definition.ts';
import { aSample } from './a-sample.ts';

function profileOf(type: string, samples: readonly Sample[]): [string, Profile] {
  return [type, { type, samples: [...samples], committedCount: samples.length, failedCount: 0, failures: [] }];
}

const clean = Operation.parse({ id: 'clean', task: 'clean' });

describe('estimateWork', () => {
  it('tells the fixed part from the work where sizes differ', () => {
    const samples = [1, 2, 4, 8, 16].map((mb) =>
      aSample({ shard: `x/${mb}`, bytesIn: mb * 1e6, durationMs: 300 + mb * 100 }),
    );
    const work = estimateWork({
      operation: clean,
      bytes: 50e6,
      type: 'clean@1',
      profiles: new Map([profileOf('clean@1', samples)]),
    });
    expect(work.fixedMs).toBeCloseTo(300, 3);
    expect(work.workMs).toBeCloseTo(5_000, 3);
    expect(work.sigma).toBeCloseTo(0, 6);
    expect(work.skew).toBeCloseTo(16 / 6.2, 9);
  });

  it('takes a type without input bytes as so much work a shard', () => {
    const samples = [1, 2, 3].map((index) => aSample({ shard: `x/${index}`, bytesIn: 0, durationMs: 2_000 }));
    const work = estimateWork({
      operation: clean,
      bytes: 0,
      type: 'clean@1',
      profiles: new Map([profileOf('clean@1', samples)]),
    });
    expect(work.workMs + work.fixedMs).toBe(2_000);
  });

  it('believes the author until a run has shown better', () => {
    const operation = Operation.parse({
      ...clean,
      estimates: { cpuSeconds: 60, memoryMiB: 900 },
      partitions: [1, 1, 4],
    });
    const guessed = estimateWork({ operation, bytes: 1e6, type: 'clean@1', profiles: new Map() });
    // The CPU seconds, and the seconds in which a byte comes and goes.
    expect(Math.abs(guessed.workMs / 60_000 - 1)).toBeLessThan(0.01);
    expect(guessed.memoryMiB).toBe(900);
    expect(guessed.skew).toBe(2);
    const shown = estimateWork({
      operation,
      bytes: 1e6,
      type: 'clean@1',
      profiles: new Map([profileOf('clean@1', [aSample()])]),
    });
    expect(shown.workMs).toBeLessThan(2_000);
  });
});

describe('estimateWorkflow', () => {
  const workflow = Workflow.parse({
    version: 1,
    name: 'chain',
    deadline: '10m',
    operations: [
      { id: 'c', task: 'c', after: [{ operation: 'b', edge: 'wide' }], estimates: { bytes: 77 } },
      { id: 'b', task: 'b', after: [{ operation: 'a', edge: 'narrow' }], estimates: { bytes: 55 } },
      { id: 'a', task: 'a', input: { kind: 'ndjson', location: 'in/' } },
    ],
  });
  const types = new Map([
    ['a', 'a@1'],
    ['b', 'b@1'],
    ['c', 'c@1'],
  ]);
  const inputBytes = new Map([['a', 1_000]]);
  const bytes = (profiles: ReadonlyMap<string, Profile>) => {
    const estimates = estimateWorkflow({ workflow, inputBytes, types, profiles });
    return ['a', 'b', 'c'].map((id) => estimates.get(id)?.bytes);
  };

  it('follows the volume along the edges by what earlier runs made of it, by the sums', () => {
    const a = profileOf('a@1', [
      aSample({ bytesIn: 100, bytesOut: 100 }),
      aSample({ shard: 'x/2', bytesIn: 900, bytesOut: 400 }),
    ]);
    const b = profileOf('b@1', [aSample({ bytesIn: 10, bytesOut: 30 })]);
    expect(bytes(new Map([a, b]))).toEqual([1_000, 500, 1_500]);
    expect(bytes(new Map([a]))).toEqual([1_000, 500, 77]);
  });

  it("takes the author's estimate where no run has shown it", () => {
    expect(bytes(new Map())).toEqual([1_000, 55, 77]);
  });
});
