import { describe, expect, it } from 'vitest';
import type { CuttableOperation } from '../../lib/shards/cuttable-operation.ts';
import { fuseChains } from '../../lib/shards/fuse-chains.ts';
import { certainEstimate } from './graphs.ts';

describe('fuseChains', () => {
  it('fuses a chain whose later tasks are too small to pay for a start', () => {
    const fused = fuseChains(
      [operation('a', 60_000), operation('b', 400, ['a']), operation('c', 400, ['b'])],
      counts(1),
    );
    expect(fused).toHaveLength(1);
    expect(fused[0]).toMatchObject({
      id: 'c',
      type: 'a@1+b@1+c@1',
      kind: 'source',
      after: [],
      estimate: { workMs: 60_800, fixedMs: 500 },
    });
    expect(fused[0]?.steps.map(({ operation: id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('keeps apart what pays for itself', () => {
    expect(fuseChains([operation('a', 60_000), operation('b', 5_000, ['a'])], counts(1))).toHaveLength(2);
  });

  it('keeps a result that another operation reads too, or that is written twice', () => {
    const shared = [operation('a', 60_000), operation('b', 10, ['a']), operation('c', 10, ['a'])];
    expect(fuseChains(shared, counts(1))).toHaveLength(3);
    const replicated = [{ ...operation('a', 60_000), replicate: true }, operation('b', 10, ['a'])];
    expect(fuseChains(replicated, counts(1))).toHaveLength(2);
  });

  it('does not make one shard of a cut operation because its successor cannot be cut', () => {
    const chain = [operation('a', 60_000), { ...operation('b', 10, ['a']), divisible: false as const }];
    expect(fuseChains(chain, counts(8))).toHaveLength(2);
    expect(fuseChains(chain, counts(1))[0]).toMatchObject({ id: 'b', divisible: false });
  });

  it('keeps a small task out of a tier that it does not need', () => {
    const large = { ...operation('b', 10, ['a']), estimate: { ...certainEstimate, workMs: 10, memoryMiB: 6_000 } };
    expect(fuseChains([operation('a', 60_000), large], counts(1))).toHaveLength(2);
  });

  it('stops at the bound: a chain of small tasks becomes several shards of ten starts', () => {
    const chain = Array.from({ length: 100 }, (_, index) =>
      operation(`t${index}`, 400, index === 0 ? [] : [`t${index - 1}`]),
    );
    const fused = fuseChains(chain, counts(1));
    expect(fused.length).toBeGreaterThan(5);
    for (const { estimate } of fused) expect(estimate.fixedMs + estimate.workMs).toBeLessThanOrEqual(10 * 500);
  });
});

function counts(count: number): ReadonlyMap<string, number> {
  return { get: () => count } as unknown as ReadonlyMap<string, number>;
}

function operation(id: string, workMs: number, after: readonly string[] = []): CuttableOperation {
  return {
    id,
    steps: [{ operation: id, task: id, params: {} }],
    type: `${id}@1`,
    after: after.map((before) => ({ operation: before, edge: 'narrow' })),
    kind: after.length === 0 ? 'source' : 'shard',
    divisible: true,
    source: undefined,
    sourceLayout: undefined,
    partitionWeights: undefined,
    replicate: false,
    estimate: { ...certainEstimate, workMs },
  };
}
