import { expect, it } from 'vitest';
import { lostWork } from '../../lib/report/lost-work.ts';
import { anAttempt } from '../profile/an-attempt.ts';

it('adds up what came to nothing, and what was done again', () => {
  const attempts = [
    anAttempt({ shard: 'a/0', epoch: 1, durationMs: 10, outcome: 'failed', error: 'WorkerDied' }),
    anAttempt({ shard: 'a/0', epoch: 2, durationMs: 20, outcome: 'lost' }),
    anAttempt({ shard: 'a/0', epoch: 3, durationMs: 40 }),
    anAttempt({ shard: 'a/1', epoch: 1, durationMs: 80 }),
  ];
  expect(lostWork(attempts)).toEqual({ lostCount: 2, lostMs: 30, againCount: 1, againMs: 40 });
});
