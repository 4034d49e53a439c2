import { describe, expect, it } from 'vitest';
import { runTable } from '../../lib/report/run-table.ts';
import { runReport } from '../fixtures/run-report.ts';

describe('runTable', () => {
  const report = runReport();

  it('shows predicted and actual for each operation in columns', () => {
    const lines = runTable(report, { colour: false }).split('\n');
    const [titles = '', clean = ''] = lines;
    expect(titles).toMatch(/^operation +shards +predicted +90 % interval +actual +difference$/);
    expect(clean).toMatch(/^clean +48 /);
    expect(clean).toHaveLength(titles.length);
  });

  it.each([
    ['met', 5_000, /^deadline +Met its deadline with 5\.0 s to spare$/m],
    ['missed', -65_000, /^deadline +Missed its deadline by 1 min 05 s$/m],
    ['incomplete', 5_000, /^deadline +Ended 5\.0 s before its deadline, 1 of 129 shards missing$/m],
  ] as const)('says of a run that is %s what became of its deadline', (outcome, leftMs, line) => {
    const text = runTable({ ...report, outcome, deadlineAt: report.endedAt + leftMs }, { colour: false });
    expect(text).toMatch(line);
  });

  it('gives no figures of what did not happen', () => {
    const operations = report.operations.map((operation) => ({ ...operation, committedCount: 0, actualMs: 0 }));
    const text = runTable({ ...report, operations }, { colour: false });
    expect(text).toMatch(/^clean +0 of 48 .* – +–$/m);
    expect(text).not.toMatch(/^accuracy/m);
    expect(runTable(report, { colour: false })).toMatch(/^accuracy/m);
  });

  it('says what to do about a shard that was set aside', () => {
    const [first] = report.poisoned;
    if (!first) throw new Error('the fixture has no poisoned shard');
    const text = runTable({ ...report, poisoned: [{ ...first, attempts: 1 }] }, { colour: false });
    expect(text).toMatch(/^poisoned +.* after 1 attempt: /m);
    expect(text).toContain(`mend the input or the task, then: foreshard resume ${report.run}\n`);
  });

  it('writes no control character without colours, whatever the data holds', () => {
    const [first] = report.poisoned;
    if (!first) throw new Error('the fixture has no poisoned shard');
    const poisoned = [{ ...first, error: { name: 'TaskFailed', message: '\u001b[2J\u001b]0;title\u0007' } }];
    expect(runTable({ ...report, poisoned }, { colour: false })).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('aligns with colours as it does without', () => {
    const coloured = runTable(report, { colour: true });
    expect(coloured).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken away again
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(runTable(report, { colour: false }));
  });
});
