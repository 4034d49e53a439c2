import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
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

it('refuses nobody who is in time once others give their slots back as planned', () => {
  const ledgers = [
    { pool: '1769-a', slotMax: 1, holds: HELD[0]?.holds.map((hold) => ({ ...hold, plannedUntil: 1_000 })) ?? [] },
  ];
  const late = { pools: [pool('a', 1)], ledgers };
  expect(decide({ ...late, deadlineAt: 3_000 })).toEqual({ admitted: 'later', startsAt: 5_000 });
  expect(decide({ ...late, deadlineAt: 2_999 })).toEqual({ admitted: 'refused', earliestEndAt: 3_000 });
});

it('sends to the background what would be late, when the deadline is not its objective', () => {
  const late = { pools: [pool('a', 1)], ledgers: HELD, deadlineAt: 6_999 };
  expect(decide({ ...late, objective: 'cost' })).toEqual({ admitted: 'background', expectedEndAt: 7_000 });
});

it('refuses nobody whom no other run makes late, nor what was admitted before', () => {
  expect(decide({ pools: [pool('a', 1)], deadlineAt: 1_999 })).toEqual({ admitted: 'now' });
  const late = { pools: [pool('a', 1)], ledgers: HELD, deadlineAt: 6_999 };
  expect(decide({ ...late, generation: 2, newcomer: false })).toEqual({ admitted: 'later', startsAt: 5_000 });
});

it('sends a run without hope to the background, behind all that could still be in time', () => {
  const inTime = planOf({});
  const hopeless = planOf({ deadlineAt: 500 });
  expect(hopeless.admission.admitted).toBe('background');
  expect(Math.min(...hopeless.placements.map(rankNumber))).toBeGreaterThan(
    Math.max(...inTime.placements.map(rankNumber)),
  );
});

describe('a run beside others', () => {
  // 40 s of work on two slots that can do 78 s of it until the deadline; the other run has 39.5 s
  const beside = (changes: Partial<AllocateRequest>) =>
    allocate(
      request([openShard('a/0', 20_000), openShard('a/1', 20_000)], {
        pools: [pool('a', 2)],
        deadlineAt: 39_000,
        others: [{ run: 'other', deadlineAt: 39_500, workMs: 39_500, pathMs: 1, reserveMs: 0 }],
        ...changes,
      }),
      seededRandom(1),
    );

  it('is given up when not all can be in time and it is the largest', () => {
    expect(beside({}).admission.admitted).toBe('background');
    expect(beside({ others: [] }).admission.admitted).toBe('now');
    const other = { run: 'other', deadlineAt: 39_500, pathMs: 1, reserveMs: 0 };
    expect(beside({ others: [{ ...other, workMs: 37_000 }] }).admission.admitted).toBe('now');
    // the larger one is given up instead
    expect(beside({ others: [{ ...other, workMs: 41_000 }] }).admission.admitted).toBe('now');
  });

  it('that is given up has its turn behind those that are not, for six hours', () => {
    const turnAt = (changes: Partial<AllocateRequest>) => beside(changes).turnAt ?? 0;
    expect(turnAt({})).toBe(turnAt({ others: [] }) + 6 * 3_600_000);
    expect(turnAt({ priority: 6 })).toBe(turnAt({}) - 60_000);
  });

  it('finds no room that is kept for a run whose turn comes first', () => {
    const wait = { run: 'waiting', slotCount: 2, lengthMs: 5_000, until: 60_000 };
    const startWith = (turnAt: number) => {
      const ledgers = [{ pool: '1769-a', slotMax: 2, holds: [], waits: [{ ...wait, turnAt }] }];
      return Math.min(...beside({ ledgers, others: [] }).placements.map(({ expectedStartAt }) => expectedStartAt));
    };
    expect(startWith(0)).toBe(5_000);
    expect(startWith(1e9)).toBe(0);
  });
});

function decide(changes: Partial<AllocateRequest>) {
  return planOf(changes).admission;
}

function planOf(changes: Partial<AllocateRequest>) {
  return allocate(request(SHARDS, changes), seededRandom(1));
}

function rankNumber({ rank }: { readonly rank: string }): number {
  return Number(rank.split(':')[0]);
}
