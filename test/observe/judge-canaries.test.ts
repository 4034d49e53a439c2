import { describe, expect, it } from 'vitest';
import { type CanaryEvidence, judgeCanaries } from '../../lib/observe/judge-canaries.ts';
import { aRecord } from '../fixtures/a-record.ts';
import { needWithin } from '../plan/requests.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const CANARY = { type: 'a@1', shards: ['a/0', 'a/1'], verdict: 'waiting' as const };
const done = (shard: string, doneAt = 1_000) => aRecord({ shard, state: 'DONE', doneAt });
const good = (shard: string, changes = {}) =>
  anAttempt({ shard, type: 'a@1', durationMs: 1_000, cpuMs: 800, peakMemoryMiB: 400, ...changes });

function verdict(records: readonly ReturnType<typeof aRecord>[], evidence: Partial<CanaryEvidence> = {}) {
  const [judged] = judgeCanaries([CANARY], {
    shards: new Map(records.map((record) => [record.shard, record])),
    attempts: [good('a/0'), good('a/1')],
    doomed: new Set(),
    silentBefore: 0,
    predictions: { need: () => needWithin(1_000, 1.2), operationMs: () => 0 },
    ...evidence,
  });
  return judged?.verdict;
}

describe('judgeCanaries', () => {
  it('promotes a type whose first shards kept to their intervals', () => {
    expect(verdict([done('a/0'), done('a/1')])).toBe('promoted');
  });

  it('demotes it for what lies above its interval: time, CPU or memory', () => {
    for (const above of [
      { durationMs: 1_500, cpuMs: 1_400 },
      { peakMemoryMiB: 900, cpuMs: 2_000 },
    ]) {
      const attempts = [good('a/0', above), good('a/1')];
      expect(verdict([done('a/0'), done('a/1')], { attempts })).toBe('demoted');
    }
  });

  it('waits for a first shard that goes on, and for the telemetry of one that is done', () => {
    expect(verdict([done('a/0'), aRecord({ shard: 'a/1', state: 'RUNNING' })])).toBe('waiting');
    expect(verdict([done('a/0'), done('a/1')], { attempts: [good('a/0')] })).toBe('waiting');
  });

  it('does not take an attempt that failed for the one that committed', () => {
    const attempts = [
      good('a/0', { outcome: 'failed', durationMs: 9_000, epoch: 1 }),
      good('a/0', { epoch: 2 }),
      good('a/1'),
    ];
    expect(verdict([done('a/0'), done('a/1')], { attempts })).toBe('promoted');
  });

  it('demotes it for a first shard that is poisoned, at once', () => {
    const records = [aRecord({ shard: 'a/0', state: 'POISONED' }), aRecord({ shard: 'a/1', state: 'RUNNING' })];
    expect(verdict(records)).toBe('demoted');
  });

  it('does not wait for telemetry for ever: a worker may have died after its commit', () => {
    const records = [done('a/0'), done('a/1', 1_000)];
    expect(verdict(records, { attempts: [good('a/0')], silentBefore: 1_000 })).toBe('waiting');
    expect(verdict(records, { attempts: [good('a/0')], silentBefore: 1_001 })).toBe('promoted');
    expect(verdict(records, { attempts: [], silentBefore: 1_001 })).toBe('promoted');
  });

  it('does not wait for a first shard that waits in vain', () => {
    const records = [done('a/0'), aRecord({ shard: 'a/1', state: 'BLOCKED' })];
    expect(verdict(records, { doomed: new Set(['a/1']) })).toBe('promoted');
  });

  it('leaves a verdict alone', () => {
    const judged = { ...CANARY, verdict: 'demoted' as const };
    const evidence = { shards: new Map(), attempts: [], doomed: new Set<string>(), silentBefore: 0 };
    const predictions = { need: () => undefined, operationMs: () => 0 };
    expect(judgeCanaries([judged], { ...evidence, predictions })).toEqual([judged]);
  });
});
