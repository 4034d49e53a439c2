import { describe, expect, it } from 'vitest';
import { outputLines, pathFromHere } from '../../lib/cli/output-lines.ts';
import { runReport } from '../fixtures/run-report.ts';

const locations = (count: number) => Array.from({ length: count }, (_, at) => `runs/r/outputs/total/${at}/1`);

describe('outputLines', () => {
  it('names the first objects of each operation that has any, behind their store', () => {
    const outputs = [
      { operation: 'empty', locations: [] },
      { operation: 'total', locations: locations(1_234) },
    ];
    expect(outputLines({ ...runReport(), outputs }, 's3://bucket/')).toEqual([
      'total: s3://bucket/runs/r/outputs/total/0/1, s3://bucket/runs/r/outputs/total/1/1, s3://bucket/runs/r/outputs/total/2/1 and 1,231 more',
    ]);
  });
});

describe('pathFromHere', () => {
  it('is relative for what lies below, and as it was for everything else', () => {
    expect(pathFromHere(`${process.cwd()}/.foreshard/objects/run/`)).toBe('.foreshard/objects/run/');
    for (const path of ['/elsewhere/report.html', 's3://bucket/']) expect(pathFromHere(path)).toBe(path);
  });
});
