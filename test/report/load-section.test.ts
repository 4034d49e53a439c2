import { describe, expect, it } from 'vitest';
import { loadSection } from '../../lib/report/load-section.ts';
import { runReport } from '../fixtures/run-report.ts';

const text = (markup: string) => markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

describe('loadSection', () => {
  it('draws what was, what is expected, and what became of forecasts', () => {
    const report = runReport();
    const { markup } = loadSection(report) ?? { markup: '' };
    const judged = report.loads[0]?.judged ?? [];
    expect(markup.match(/<circle/g)).toHaveLength(judged.length);
    // Every eleventh of the fixture lies outside.
    expect(markup.match(/<circle class="outside/g)).toHaveLength(14);
    expect(text(markup)).toMatch(/130 of 144 inside their \d+ % intervals/);
    expect(markup.match(/<figure/g)).toHaveLength(2);
  });

  it('lists what the load goes with, and calls chance by its name', () => {
    const { markup } = loadSection(runReport()) ?? { markup: '' };
    expect(text(markup)).toContain('clean@1 time of day, peak 14:00 pearson 0.62 0 below 0.001 21 %');
    expect(text(markup)).toContain('holiday pearson -0.04 0 0.600, chance –');
  });

  it('is left out before a refresh, and escapes what comes from outside', () => {
    const report = runReport();
    expect(loadSection({ ...report, loads: [] })).toBeUndefined();
    const [load] = report.loads;
    const hostile = loadSection({ ...report, loads: load ? [{ ...load, type: '<script>@1' }] : [] });
    expect(hostile?.markup).not.toContain('<script>');
  });
});
