import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../lib/report/html-report.ts';
import { RunReport } from '../../lib/report/run-report.ts';
import { attackedReport } from '../fixtures/attacked-report.ts';
import { runReport } from '../fixtures/run-report.ts';

describe('htmlReport', () => {
  it('is made of a report that follows its own schema', () => {
    expect(RunReport.safeParse(runReport()).error).toBeUndefined();
  });

  it('has one script beside the data, whatever stands in the data', () => {
    const page = htmlReport(attackedReport(runReport()));
    expect(page).toContain('attacked=1');
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page).not.toContain('<img');
  });

  it('names no address to fetch from', () => {
    expect(htmlReport(runReport())).not.toMatch(/https?:|url\(|@import|src=|<link/);
  });

  it('is the same, byte for byte, for the same run', () => {
    expect(htmlReport(runReport())).toBe(htmlReport(runReport()));
  });

  it('shows what the allocator decided: grants of both plans, shards that waited, verdicts of trials', () => {
    const report = runReport();
    const at = report.startedAt;
    const last = { pool: '1769-late', slotCount: 3, from: at + 1_000, until: at + 4_000 };
    const plan = {
      ...report.plan,
      generation: 4,
      grants: [last],
      queue: [{ shard: 'clean/9', expectedStartAt: at + 2_500 }],
    };
    const page = htmlReport({ ...report, plan });
    const allocation = page.slice(page.indexOf('<section id="allocation"'), page.indexOf('<section id="decisions"'));
    expect(allocation).toMatch(/plan 4<.*?1769-late<.*?>3<.*?\+1\.0 s<.*?\+4\.0 s</s);
    expect(allocation).toMatch(/clean\/9<.*?\+2\.5 s</s);
    expect(allocation).toMatch(/by-route@1<.*?2 shards went first<.*?trusted after its trial</s);
    expect(allocation).toContain(report.promise.grants[0]?.pool);
    expect(htmlReport({ ...report, plan: { ...plan, generation: 1 } })).not.toContain('1769-late');
  });

  it('draws cost against time, with the plan that was made and what the run took', () => {
    const report = runReport();
    const page = htmlReport(report);
    const view = page.slice(page.indexOf('<section id="trade-off"'), page.indexOf('<section id="outputs"'));
    expect(view.match(/<circle/g)).toHaveLength(3);
    const [, first, last] = /<path class="prediction" d="M([\d.]+) [\d.]+L.*L([\d.]+) [\d.]+"/.exec(view) ?? [];
    expect(Number(first)).toBeLessThan(Number(last));
    expect(view).toMatch(/aria-label="From .* for \$0\.0210 to .* for \$0\.0110; planned .* for \$0\.0124, actual /);
    const ticks = [...view.matchAll(/<text class="tick" [^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(ticks).toEqual(['$0', '$0.0105', '$0.0210']);
    expect(view).toMatch(/the fastest<.*?between<.*?the cheapest<.*?as it was planned<.*?as it was</s);
    const [only] = report.tradeOff;
    const alone = htmlReport({ ...report, tradeOff: only ? [only] : [] });
    expect(alone).not.toContain('id="trade-off"');
    expect(alone).not.toContain('#trade-off');
  });

  it('says of every decision whether it was made', () => {
    const report = runReport();
    const made = report.decisions.map(({ taken }) => (taken ? 'made' : 'not made'));
    expect(new Set(made).size).toBe(2);
    const page = htmlReport(report);
    const view = page.slice(page.indexOf('<section id="decisions"'), page.indexOf('<section id="poisoned"'));
    expect([...view.matchAll(/<span class="tag(?: good)?">([^<]+)</g)].map(([, text]) => text)).toEqual(made);
    expect(view).toContain(`${made.filter((one) => one === 'made').length} of ${made.length} changes`);
  });

  it('has every view, and that of poisoned shards only when there are some', () => {
    const report = runReport();
    const ids = [
      'timeline',
      'operations',
      'path',
      'forecast',
      'calibration',
      'allocation',
      'decisions',
      'poisoned',
      'cost',
      'trade-off',
      'outputs',
    ];
    const page = htmlReport(report);
    expect(ids.filter((id) => !page.includes(`<section id="${id}"`))).toEqual([]);
    expect(htmlReport({ ...report, poisoned: [] })).not.toContain('id="poisoned"');
  });

  it('shows a run that was aborted before anything happened', () => {
    const report = runReport();
    const page = htmlReport({
      ...report,
      outcome: 'aborted',
      attempts: [],
      decisions: [],
      outputs: [],
      operations: report.operations.map((operation) => ({ ...operation, committedCount: 0, actualMs: 0 })),
      forecast: { ...report.forecast, shards: [] },
      plan: { ...report.plan, grants: [] },
      cost: { lambdaUsd: 0, stepFunctionsUsd: 0, dynamoDbUsd: 0, s3Usd: 0, totalUsd: 0 },
    });
    expect(page).toContain('Aborted after');
    const withoutScript = page.slice(0, page.lastIndexOf('<script>'));
    expect(withoutScript).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('says how often the plan was changed', () => {
    const report = runReport();
    const said = (generation: number) =>
      /the plan was ([^<]+)</.exec(htmlReport({ ...report, plan: { ...report.plan, generation } }))?.[1];
    expect([1, 2, 3].map(said)).toEqual(['never changed', 'changed once', 'changed 2 times']);
  });

  it('adds up what each slot did, and its share of the run', () => {
    const report = runReport();
    const [some] = report.attempts;
    if (!some) throw new Error('the fixture has no attempt');
    const { startedAt } = report;
    const attempts = [
      { ...some, slot: 's-1', zone: 'a', startedAt, durationMs: 1_500, outcome: 'committed' as const, epoch: 1 },
      { ...some, slot: 's-1', zone: 'a', startedAt, durationMs: 2_500, outcome: 'failed' as const, epoch: 2 },
    ];
    const page = htmlReport({ ...report, attempts, endedAt: startedAt + 16_000 });
    const row = /<tr><th scope="row"[^>]*>s-1<.*?<\/tr>/s.exec(page)?.[0] ?? '';
    const cells = [...row.matchAll(/<t[dh][^>]*>([^<]*)</g)].map(([, cell]) => cell);
    expect(cells).toEqual([
      's-1',
      'a',
      `${some.memoryTierMiB.toLocaleString('en')} MiB`,
      '2',
      '1',
      '0',
      '1',
      '4.0 s',
      '25 %',
    ]);
  });

  it('says how many rows of a long table it shows', () => {
    const report = runReport();
    const [first] = report.operations;
    if (!first) throw new Error('the fixture has no operation');
    const operations = Array.from({ length: 1_000 }, (_, index) => ({ ...first, id: `o${index}`, after: [] }));
    expect(htmlReport({ ...report, operations })).toContain('250 of 1000 rows');
  });
});
