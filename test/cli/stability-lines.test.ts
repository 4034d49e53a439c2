import { describe, expect, it } from 'vitest';
import { stabilityLines } from '../../lib/cli/stability-lines.ts';
import type { Plan } from '../../lib/plan/plan.ts';
import { pool } from '../plan/requests.ts';

describe('stabilityLines', () => {
  it('tells how many shards would wait', () => {
    const pools = [pool('a', 5), pool('b', 5)];
    const linesOf = (slotCount: number) => {
      const grants = ['1769-a', '1769-b'].map((id) => ({ pool: id, slotCount, from: 0, until: 1 }));
      return stabilityLines({ plan: { grants } as unknown as Plan, pools });
    };
    expect(linesOf(2)).toEqual([
      'zone loss     4 slots of 1,769 MiB at the most, 4 are left without the largest zone: it would still fit',
    ]);
    expect(linesOf(4)).toEqual([
      'zone loss     8 slots of 1,769 MiB at the most, 4 are left without the largest zone: 4 shards at a time would wait',
    ]);
  });
});
