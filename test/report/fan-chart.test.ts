import { describe, expect, it } from 'vitest';
import { type FanPoint, fanChart, highestOf } from '../../lib/report/fan-chart.ts';

const draw = (points: readonly FanPoint[], end?: string) =>
  fanChart({
    title: 'clean<1>',
    colour: '3',
    note: 'a note',
    points,
    highest: 10,
    grid: [0, 10],
    valueText: (value) => `${value} ms`,
    ...(end !== undefined && { end }),
  }).markup;

const range = (lower: number, point: number, upper: number) => ({ lower, point, upper });

describe('fanChart', () => {
  it('puts the first value at the left end, the last at the right one, and the highest at the top', () => {
    const markup = draw([
      { at: 100, expected: range(0, 5, 10) },
      { at: 200, expected: range(0, 10, 10) },
    ]);
    expect(markup).toContain('<path class="prediction operation-3" d="M52.0 75.0L332.0 8.0"/>');
    expect(markup).toContain('<path class="band operation-3" d="M52.0 8.0L332.0 8.0L332.0 142.0L52.0 142.0Z"/>');
    expect(markup).toMatch(/M52 142\.0H340"\/><text[^>]*>0 ms<.*M52 8\.0H340"\/><text[^>]*>10 ms</s);
  });

  it('has a dot where something was expected, full as far as the ends of its interval', () => {
    const actual = [1, 2, 5, 8, 9];
    const markup = draw(actual.map((value, at) => ({ at, expected: range(2, 5, 8), actual: value })));
    const kinds = [...markup.matchAll(/<circle class="(\w+) operation-3"/g)].map(([, kind]) => kind);
    expect(kinds).toEqual(['outside', 'inside', 'inside', 'inside', 'outside']);
    expect(markup.match(/class="prediction/g)).toHaveLength(1);
  });

  it('has a line where nothing was expected, and no band then', () => {
    const past = [
      { at: 0, actual: 0 },
      { at: 1, actual: 10 },
    ];
    const markup = draw(past);
    expect(markup).toContain('<path class="prediction operation-3" d="M52.0 142.0L332.0 8.0"/>');
    expect(markup).not.toMatch(/class="band|<circle/);
  });

  it('makes room under itself for what stands at its end, and escapes what it is given', () => {
    const markup = draw([{ at: 0, expected: range(0, 0, 0) }], '+1 h <b>');
    expect(markup).toContain('M52 128.0H340');
    expect(markup).toContain('>+1 h &lt;b&gt;</text>');
    expect(markup).toContain('<b>clean&lt;1&gt;</b>');
  });

  it('takes for the highest the largest value or upper end', () => {
    expect(highestOf([])).toBe(0);
    expect(highestOf([{ at: 0, expected: range(1, 2, 3) }, { at: 1 }])).toBe(3);
    expect(highestOf([{ at: 0, expected: range(1, 2, 3), actual: 4 }])).toBe(4);
  });
});
