import { describe, expect, it } from 'vitest';
import { COLOURS_MAX, OTHER_COLOUR, operationColours } from '../../lib/report/operation-colours.ts';
import { runReport } from '../fixtures/run-report.ts';

describe('operationColours', () => {
  const report = runReport();

  it('gives each of few operations a colour of its own, in the order of the workflow', () => {
    expect([...operationColours(report).values()]).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('keeps colours for the longest of many', () => {
    const [first] = report.operations;
    if (!first) throw new Error('the fixture has no operation');
    const operations = Array.from({ length: 25 }, (_, index) => ({ ...first, id: `o${index}`, actualMs: index }));
    const colours = operationColours({ ...report, operations });
    const own = [...colours].filter(([, colour]) => colour !== OTHER_COLOUR).map(([id]) => id);
    expect(own).toEqual(operations.slice(-COLOURS_MAX).map(({ id }) => id));
    expect(new Set(own.map((id) => colours.get(id))).size).toBe(COLOURS_MAX);
  });
});
