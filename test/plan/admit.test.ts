import { expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { admit } from '../../lib/plan/admit.ts';
import { allocate } from '../../lib/plan/allocate.ts';
import type { AllocateRequest } from '../../lib/plan/allocate-request.ts';
import { openShard, pool, request } from './requests.ts';

const SHARDS = [openShard('a/0', 1_000), openShard('a/1', 1_000)];
const HELD = [
  {
    pool: '1769-a',
    slotMax: 1,
    holds: [{ run: 'other', slotCount: 1, from: 0, until: 5_000, guaranteed: true }],
  },
];

it('admits what fits now', () => {
  expect(decide({})).toEqual({ admitted: 'now' });
  expect(decide({ pools: [pool('a', 1)] })).toEqual({ admitted: 'now' });
});

it('admits for later what fits when another run has ended', () => {
  expect(decide({ pools: [pool('a', 1)], ledgers: HELD })).toEqual({ admitted: 'later', startsAt: 5_000 });
});

it('refuses what would be late, with the earliest deadline that it could have', () => {
  const refused = decide({ pools: [pool('a', 1)], ledgers: HELD, deadlineAt: 6_999 });
  expect(refused).toEqual({ admitted: 'refused', earliestEndAt: 7_000 });
  expect(decide({ pools: [pool('a', 1)], ledgers: HELD, deadlineAt: 7_000 }).admitted).toBe('later');
});

function decide(changes: Partial<AllocateRequest>) {
  return admit(allocate(request(SHARDS, changes), seededRandom(1)), 0.9);
}
