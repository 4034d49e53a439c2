import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OperationProgress, progressOn, type RunProgress } from '../../lib/report/progress.ts';
import { progressLines } from '../../lib/report/progress-lines.ts';

function target(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

function at(elapsedMs: number, operations: readonly OperationProgress[]): RunProgress {
  return { operations, elapsedMs, expectedMs: 20_000, deadlineMs: 30_000 };
}

function clean(done: number, total = 10): OperationProgress {
  return { id: 'clean', total, done, running: done < total ? 2 : 0, failed: 0 };
}

describe('progress in a pipe', () => {
  it('says at most one thing of an operation every two seconds, and always that it is complete', () => {
    const pipe = target(false);
    const progress = progressOn(pipe, { colour: false });
    for (let done = 0; done <= 10; done += 1) progress.update(at(done * 500, [clean(done)]));
    progress.finish(at(5_500, [clean(10)]));
    expect(pipe.written.join('')).toBe(
      '[   0 ms] clean: 0 of 10 shards (0 %), 2 running\n' +
        '[  2.0 s] clean: 4 of 10 shards (40 %), 2 running\n' +
        '[  4.0 s] clean: 8 of 10 shards (80 %), 2 running\n' +
        '[  5.0 s] clean: 10 of 10 shards (100 %)\n',
    );
  });

  it('is as wide in a terminal of no columns as in one that says nothing', () => {
    const terminals = [target(true, 0), { ...target(true), columns: undefined }];
    const [none, silent] = terminals.map(({ columns, ...terminal }) => {
      progressOn({ ...terminal, ...(columns !== undefined && { columns }) }, { colour: false }).update(
        at(0, [clean(4)]),
      );
      return terminal.written.join('');
    });
    expect(none).toContain('4/10');
    expect(none).toBe(silent);
  });

  it('counts a poisoned shard as finished', () => {
    const pipe = target(false);
    progressOn(pipe, { colour: false }).update(at(100, [{ id: 'clean', total: 2, done: 1, running: 0, failed: 1 }]));
    expect(pipe.written).toEqual(['[ 100 ms] clean: 1 of 2 shards (50 %), 1 failed\n']);
  });

  it('is silent while nothing moves', () => {
    const pipe = target(false);
    const progress = progressOn(pipe, { colour: false });
    progress.update(at(0, [clean(3)]));
    progress.update(at(60_000, [clean(3)]));
    expect(pipe.written).toHaveLength(1);
  });
});

describe('progress in a terminal', () => {
  it('draws over what it drew before', () => {
    const terminal = target(true);
    const progress = progressOn(terminal, { colour: false });
    progress.update(at(0, [clean(3)]));
    progress.update(at(50, [clean(4)]));
    progress.update(at(200, [clean(5)]));
    progress.finish(at(210, [clean(10)]));
    expect(terminal.written).toHaveLength(3);
    expect(terminal.written[0]).not.toContain('\u001b');
    expect(terminal.written.slice(1).every((text) => text.startsWith('\u001b[2A\u001b[J'))).toBe(true);
  });

  it('never draws a line that wraps, nor more than fits', () => {
    const operation = fc.record({
      id: fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme-ascii' }),
      total: fc.nat(100_000),
      done: fc.nat(100_000),
      running: fc.nat(1_000),
      failed: fc.nat(10),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), fc.integer({ min: 20, max: 200 }), (operations, width) => {
        const lines = progressLines(at(1_000, operations), { colour: false, width });
        expect(lines.length).toBeLessThanOrEqual(16);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('fills the bar by what is done', () => {
    const bar = (done: number) => progressLines(at(0, [clean(done)]), { colour: false, width: 80 })[0] ?? '';
    const filled = (line: string) => [...line].filter((character) => character === '█').length;
    expect([0, 5, 10].map((done) => filled(bar(done)))).toEqual([0, 20, 40]);
  });

  it('gives way with the bar, not with the numbers', () => {
    const [line = ''] = progressLines(at(0, [clean(3)]), { colour: false, width: 30 });
    expect(line).toMatch(/^clean {2}[█▏▎▍▌▋▊▉·]+ {2}3\/10, 2 running$/);
  });

  it('says what is left, and when the expected time is over', () => {
    const last = (elapsedMs: number) => progressLines(at(elapsedMs, []), { colour: false, width: 80 }).at(-1);
    expect(last(12_000)).toBe('12.0 s gone, about 8.0 s left, deadline at 30.0 s');
    expect(last(21_000)).toBe('21.0 s gone, 1.0 s over the expected time, deadline at 30.0 s');
  });
});
