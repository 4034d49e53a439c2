import { describe, expect, it } from 'vitest';
import { Settings } from '../../lib/core/settings.ts';
import { observeRun, type RunLook, slotCount } from '../../lib/observe/observe-run.ts';
import type { OperationProgress } from '../../lib/run/run-progress.ts';
import { aPlan, aRecord } from '../fixtures/a-record.ts';
import { needWithin } from '../plan/requests.ts';

const GRACE_MS = 2_000;
const NOTHING = { total: 0, done: 0, running: 0, ready: 0, blocked: 0, poisoned: 0, doomed: 0 };

const RUNNING = aRecord({ state: 'RUNNING', owner: 's:1', epoch: 1, claimedAt: 9_000, leaseUntil: 70_000 });

function progressOf(counts: Partial<OperationProgress>, state: 'running' | 'complete' | 'stuck' = 'running') {
  const operations = [{ ...NOTHING, operation: 'a', ...counts }];
  return { operations, doomedShards: new Set<string>(), runningShards: [RUNNING], failedAttemptCount: 0, state };
}

const trusted = (...zones: string[]) => new Map(zones.map((zone) => [zone, Number.POSITIVE_INFINITY]));

/** At 10 s into a run that goes as planned: half of ten shards are done, one runs, four are ready. */
function look(changes: Partial<RunLook> = {}): RunLook {
  return {
    now: 10_000,
    tookMs: 0,
    startedAt: 0,
    progress: progressOf({ total: 10, done: 5, running: 1, ready: 4 }),
    doneCount: 5,
    heads: ['a/7'],
    copyCount: 0,
    canaries: [],
    strandedCount: 0,
    missingSlotCount: 0,
    roomIn: [],
    openZones: trusted('az1'),
    plan: aPlan(),
    // a shard takes 2 s, 3 s at the most
    predictions: { need: () => needWithin(2_000, 1.5), operationMs: () => 20_000 },
    settings: Settings.parse({ monitorMinMs: 100, graceMs: GRACE_MS }),
    ...changes,
  } as RunLook;
}

const running = (...runningShards: RunLook['progress']['runningShards']) => ({
  progress: { ...look().progress, runningShards },
});
const outcome = (changes: Partial<RunLook>) => observeRun(look(changes)).outcome;
const onTrial = (state: 'DONE' | 'POISONED' | 'RUNNING' | 'BLOCKED', shard = 'a/0') => aRecord({ state, shard });

describe('observeRun', () => {
  it('says that a run goes on as planned', () => {
    expect(outcome({})).toBe('running');
  });

  it('drifts once slots are to be had in a zone in which work may start, or in none', () => {
    expect(outcome({ roomIn: ['az1'] })).toBe('drift');
    expect(outcome({ roomIn: ['regional'] })).toBe('drift');
    expect(outcome({ roomIn: ['az2'] })).toBe('running');
    expect(outcome({ roomIn: ['az1'], plan: aPlan({ madeAt: 9_900 }) })).toBe('running');
  });

  it.each(['complete', 'stuck'] as const)('is done when the run is %s, whatever else is the matter', (state) => {
    const progress = progressOf({ total: 10, done: 10 }, state);
    expect(outcome({ progress, strandedCount: 1, missingSlotCount: 1 })).toBe('done');
  });

  it('is lost once a lease has run out by more than the grace', () => {
    const leaseEnds = (leaseUntil: number) => outcome(running(RUNNING, { ...RUNNING, leaseUntil }));
    expect(leaseEnds(10_000 - GRACE_MS)).toBe('running');
    expect(leaseEnds(10_000 - GRACE_MS - 1)).toBe('lost');
  });

  it('is judged once every first shard has ended, in whatever way', () => {
    expect(outcome({ canaries: [onTrial('DONE'), onTrial('RUNNING')] })).toBe('running');
    expect(outcome({ canaries: [onTrial('DONE'), onTrial('POISONED')] })).toBe('judged');
    expect(outcome({ canaries: [onTrial('DONE'), onTrial('BLOCKED', 'b/0')] })).toBe('running');
    const doomed = { ...look().progress, doomedShards: new Set(['b/0']) };
    expect(outcome({ canaries: [onTrial('DONE'), onTrial('BLOCKED', 'b/0')], progress: doomed })).toBe('judged');
  });

  it('is lost when shards wait and nothing is left that could set them free, also when canaries are among them', () => {
    const waits = { ...progressOf({ total: 10, done: 8, blocked: 2 }), runningShards: [] };
    const canary = onTrial('BLOCKED', 'a/8');
    expect(outcome({ progress: waits })).toBe('lost');
    expect(outcome({ progress: waits, canaries: [canary] })).toBe('lost');
    expect(outcome({ progress: waits, canaries: [canary], plan: aPlan({ madeAt: 9_900 }) })).toBe('running');
    expect(outcome({ progress: waits, canaries: [onTrial('DONE')] })).toBe('judged');
    // its verdict is what the others wait for
    expect(outcome({ progress: waits, canaries: [onTrial('DONE'), canary] })).toBe('drift');
    expect(outcome({ progress: progressOf({ total: 10, done: 7, ready: 1, blocked: 2 }) })).not.toBe('lost');
  });

  it('has drifted when shards are ready that no slot of the plan can take', () => {
    expect(outcome({ strandedCount: 1 })).toBe('drift');
  });

  it.each([
    ['is closed', ['az1', 'az2'], ['az1']],
    ['is open again', ['az1'], ['az1', 'az2']],
  ])('has drifted when a zone %s since the plan, before a slot is started there', (_, planned, open) => {
    const openZones = trusted(...open);
    expect(outcome({ plan: aPlan({ zones: planned }), openZones, missingSlotCount: 1 })).toBe('drift');
    expect(outcome({ plan: aPlan({ zones: open }), openZones: trusted(...open.toReversed()) })).toBe('running');
  });

  it.each([
    ['is trusted again', ['az1'], Number.POSITIVE_INFINITY],
    ['was trusted by the plan and is on probe now', [], 3],
  ])('has drifted when a zone %s, though it is open as before', (_, probedZones, limit) => {
    const plan = aPlan({ zones: ['az1', 'az2'], probedZones });
    const openZones = (az1: number) => new Map([...trusted('az1', 'az2'), ['az1', az1]]);
    expect(outcome({ plan, openZones: openZones(limit), missingSlotCount: 1 })).toBe('drift');
    const same = probedZones.length > 0 ? 3 : Number.POSITIVE_INFINITY;
    expect(outcome({ plan, openZones: openZones(same) })).toBe('running');
  });

  it('is due when slots of the plan do not run', () => {
    expect(outcome({ missingSlotCount: 2 })).toBe('due');
  });

  it('has drifted when a shard takes longer than its interval by two overheads: less is not worth a cut', () => {
    expect(outcome(running({ ...RUNNING, claimedAt: 6_400 }))).toBe('running');
    expect(outcome(running({ ...RUNNING, claimedAt: 6_399 }))).toBe('drift');
  });

  it('has not drifted when a shard is beyond its interval and the rest of it is not worth a change', () => {
    const narrow = { need: () => needWithin(2_000, 1.01), operationMs: () => 20_000 };
    // its interval and two overheads end at 2,620 ms; four overheads beyond its prediction are 3,200 ms
    expect(outcome({ ...running({ ...RUNNING, claimedAt: 6_800 }), predictions: narrow })).toBe('running');
    expect(outcome({ ...running({ ...RUNNING, claimedAt: 6_799 }), predictions: narrow })).toBe('drift');
  });

  it('takes a shard for as old as it was when it was seen: a long look makes none late', () => {
    const late = running({ ...RUNNING, claimedAt: 6_300 });
    expect(outcome({ ...late, tookMs: 99 })).toBe('drift');
    expect(outcome({ ...late, tookMs: 100 })).toBe('running');
  });

  it('has drifted when the deadline that the plan meets will be missed', () => {
    // half of the work is left at the pace of the first half: it ends at about 20 s
    expect(outcome({ plan: aPlan({ deadlineAt: 25_000, expectedEndAt: 20_000 }) })).toBe('running');
    expect(outcome({ plan: aPlan({ deadlineAt: 15_000, expectedEndAt: 14_000 }) })).toBe('drift');
    // a plan that was late from the start is not left by being late
    expect(outcome({ plan: aPlan({ deadlineAt: 15_000, expectedEndAt: 16_000 }) })).toBe('running');
  });

  it('has drifted when the slots of the plan are over', () => {
    const [grant] = aPlan().grants;
    const until = (at: number) => outcome({ plan: aPlan({ grants: grant ? [{ ...grant, until: at }] : [] }) });
    expect(until(10_001)).toBe('running');
    expect(until(10_000)).toBe('drift');
  });

  it('has drifted when slots have nothing to do while others work', () => {
    const progress = progressOf({ total: 10, done: 9, running: 1 });
    const [grant] = aPlan().grants;
    const two = aPlan({ grants: grant ? [{ ...grant, slotCount: 2 }] : [] });
    // four overheads of 300 ms are left of its 2 s, or one millisecond more
    const claimed = (claimedAt: number) => ({ ...progress, runningShards: [{ ...RUNNING, claimedAt }] });
    expect(outcome({ progress: claimed(9_201), plan: two })).toBe('drift');
    expect(outcome({ progress: claimed(9_200), plan: two })).toBe('running');
    expect(outcome({ progress: claimed(9_201), plan: two, copyCount: 1 })).toBe('running');
    expect(outcome({ progress: claimed(9_201) })).toBe('running');
    // beyond its prediction it is expected to need as long again, and of what nothing is known of it may be anything
    expect(outcome({ progress: claimed(6_800), plan: two })).toBe('running');
    expect(outcome({ progress: claimed(6_799), plan: two })).toBe('drift');
    const unknown = { need: () => undefined, operationMs: () => 20_000 };
    expect(outcome({ progress: claimed(9_900), plan: two, predictions: unknown })).toBe('drift');
  });

  it('gives a new plan time to settle: four looks, and an eighth of the age of the run', () => {
    const late = running({ ...RUNNING, claimedAt: 0 });
    expect(outcome({ ...late, plan: aPlan({ madeAt: 8_750 }) })).toBe('running');
    expect(outcome({ ...late, plan: aPlan({ madeAt: 8_749 }) })).toBe('drift');
    const settings = Settings.parse({ monitorMinMs: 1_000 });
    expect(outcome({ ...late, settings, plan: aPlan({ madeAt: 6_000 }) })).toBe('running');
    expect(outcome({ ...late, settings, plan: aPlan({ madeAt: 5_999 }) })).toBe('drift');
  });

  it('expects the end at the pace of what is done', () => {
    const endsBy = (deadlineAt: number, operationMs: number) =>
      outcome({
        plan: aPlan({ deadlineAt, expectedEndAt: deadlineAt }),
        predictions: { ...look().predictions, operationMs: () => operationMs },
      });
    // 10 s are predicted for the half that is done, and took 10 s: the rest takes as long again
    expect([endsBy(20_000, 20_000), endsBy(19_999, 20_000)]).toEqual(['running', 'drift']);
    // twice as slow as predicted, but for the second of work in which the prediction is trusted: 5 s times 11 / 6
    expect([endsBy(19_167, 10_000), endsBy(19_166, 10_000)]).toEqual(['running', 'drift']);
  });

  it('leaves the glances those that were claimed last, and a count while nothing is on trial', () => {
    const at = (shard: string, claimedAt: number) => ({ ...RUNNING, shard, claimedAt });
    const shards = [at('a/1', 5), at('a/2', 9), at('a/3', 7), at('a/4', 6), at('a/5', 8)];
    const { next } = observeRun(look(running(...shards)));
    expect(next).toMatchObject({ witnesses: ['a/2', 'a/5', 'a/3', 'a/4'], doneCount: 5, heads: ['a/7'] });
    expect(observeRun(look({ canaries: [onTrial('RUNNING')] })).next).not.toHaveProperty('doneCount');
  });

  it('looks again before a lease can be lost unseen, one of a claim that it did not see included', () => {
    const until = (leaseUntil: number) =>
      observeRun(look({ ...running({ ...RUNNING, leaseUntil }), tookMs: 9_000 })).next.until;
    expect(until(20_000)).toBe(20_000 + GRACE_MS + 1);
    // 60 s of a lease that was claimed when the look began, at 1 s
    expect(until(99_000)).toBe(61_000 + GRACE_MS + 1);
  });

  it('looks again later', () => {
    expect(observeRun(look()).checkAt).toBeGreaterThan(10_000);
  });
});

describe('slotCount', () => {
  it('adds up what is granted at the moment, half open, and is at least one', () => {
    const grants = [
      { pool: 'x', slotCount: 2, from: 0, until: 10 },
      { pool: 'y', slotCount: 3, from: 5, until: 20 },
    ];
    expect([0, 5, 9, 10, 19, 20].map((at) => slotCount(aPlan({ grants }), at))).toEqual([2, 5, 5, 3, 3, 1]);
  });
});
