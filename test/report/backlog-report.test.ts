import { describe, expect, it } from 'vitest';
import { type BacklogFacts, backlogReport } from '../../lib/report/backlog-report.ts';
import { backlogSection } from '../../lib/report/backlog-section.ts';
import { backlogLayout, STEP_UNITS } from '../../lib/shards/backlog-layout.ts';
import type { ShardedOperation } from '../../lib/shards/sharding.ts';
import { aRecord } from '../fixtures/a-record.ts';
import { runReport } from '../fixtures/run-report.ts';

const STARTED_AT = 1_000_000;
const at = (ms: number) => STARTED_AT + ms;

const operation = {
  id: 'replicate',
  type: 'copy@1',
  source: { kind: 'objects', location: 'in/', stream: { kind: 'backlog', closes: '2s', lag: '4s' } },
  layout: backlogLayout([
    { bytes: 198, partCount: 1 },
    { bytes: 500, partCount: 1 },
    { bytes: 500, partCount: 1 },
  ]),
} as unknown as ShardedOperation;

const intake = (step: number, objects: readonly (readonly [number, number])[]): BacklogFacts['intakes'][number] => ({
  run: 'r',
  operation: 'replicate',
  step,
  at: at(step * 1_000),
  objectCount: objects.length,
  bytes: objects.reduce((sum, [sizeBytes]) => sum + sizeBytes, 0),
  list: {
    objects: objects.map(([sizeBytes, arrivedAt], number) => ({
      location: `in/${step}-${number}`,
      sizeBytes,
      arrivedAt,
    })),
  },
});

const shard = (step: number, claimedMs: number, doneMs: number) =>
  aRecord({
    shard: `replicate/${step}`,
    range: { start: step * STEP_UNITS, end: (step + 1) * STEP_UNITS },
    state: 'DONE',
    claimedAt: at(claimedMs),
    doneAt: at(doneMs),
  });

const FACTS: BacklogFacts = {
  operation,
  // two objects lay there before the run; one came at 0.4 s, one at 1.9 s
  intakes: [
    intake(0, [
      [99, 0],
      [99, 0],
    ]),
    intake(1, [[499, at(400)]]),
    intake(2, [[499, at(1_900)]]),
  ],
  startDelayMs: 200,
  slotMax: 2,
  slotMs: 3_000,
};
const RECORDS = [shard(0, 100, 300), shard(1, 1_000, 1_600), shard(2, 2_000, 6_400)];

describe('backlogReport', () => {
  it('measures from the arrival, or from the start for what lay there, to the commit', () => {
    const report = backlogReport(FACTS, { records: RECORDS, startedAt: STARTED_AT });
    expect(report).toMatchObject({ operation: 'replicate', objectCount: 4, objectiveMs: 4_000 });
    // 300, 300, 1,200 and 4,500 ms
    expect(report?.lag).toEqual({ medianMs: 300, p95Ms: 4_500, maxMs: 4_500, withinShare: 0.75, slotMs: 3_000 });
    expect(report?.steps.map(({ maxLagMs, bytes }) => [maxLagMs, bytes])).toEqual([
      [300, 198],
      [1_200, 499],
      [4_500, 499],
    ]);
  });

  it('gives the patent the same objects with the work that each has taken', () => {
    const { patent } = backlogReport(FACTS, { records: RECORDS, startedAt: STARTED_AT }) ?? {};
    // the first two are 100 ms of work each and start with the slots at 200 ms; the last takes 4.4 s from 1.9 s on
    expect(patent).toMatchObject({ medianMs: 300, maxMs: 4_400, withinShare: 0.75 });
  });

  it('leaves out what was not committed, and says nothing when that is all', () => {
    const [first] = RECORDS;
    const some = backlogReport(FACTS, { records: first ? [first] : [], startedAt: STARTED_AT });
    expect(some?.objectCount).toBe(2);
    expect(some?.steps[1]).not.toHaveProperty('maxLagMs');
    expect(backlogReport(FACTS, { records: [], startedAt: STARTED_AT })).toBeUndefined();
  });
});

describe('backlogSection', () => {
  it('compares run and patent, and is not there without a backlog', () => {
    expect(backlogSection(runReport())).toBeUndefined();
    const backlog = backlogReport(FACTS, { records: RECORDS, startedAt: STARTED_AT });
    const { markup } = backlogSection({ ...runReport(), backlogs: backlog ? [backlog] : [] }) ?? { markup: '' };
    expect(markup).toContain('US patent 11233738 on the same arrivals, simulated');
    expect(markup.match(/<circle class="inside/g)).toHaveLength(2);
    expect(markup.match(/<circle class="outside/g)).toHaveLength(1);
    // Bars share the room between the two axes, at 64 and 616 of 680.
    const bars = [...markup.matchAll(/<rect class="operation-0" x="([\d.]+)"[^>]*? width="([\d.]+)"/g)];
    const width = (616 - 64) / bars.length;
    const dots = [...markup.matchAll(/<circle [^>]*? cx="([\d.]+)"/g)].map(([, at]) => Number(at));
    expect(dots).toEqual(dots.map((_, at) => expect.closeTo(64 + (at + 0.5) * width, 0)));
    expect(Number(bars[0]?.[1])).toBeCloseTo(64 + width / 10, 0);
    expect(Number(bars.at(-1)?.[1]) + Number(bars.at(-1)?.[2])).toBeCloseTo(616 - width / 10, 0);
  });
});
