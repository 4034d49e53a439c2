import { sep } from 'node:path';
import type { RunReport } from '../report/run-report.ts';
import { countText } from '../report/text/count-text.ts';
import { plainText } from '../report/text/plain-text.ts';

/** Objects of one operation that are named; `report.json` has them all. */
const NAMED_MAX = 3;

/** Where the results lie, in words of {@link NAMED_MAX} objects for each operation at the workflow's end. */
export function outputLines({ outputs }: RunReport, store: string): readonly string[] {
  return outputs
    .filter(({ locations }) => locations.length > 0)
    .map(({ operation, locations }) => {
      const named = locations.slice(0, NAMED_MAX).map((location) => `${store}${location}`);
      const more = locations.length - named.length;
      return plainText(`${operation}: ${named.join(', ')}${more > 0 ? ` and ${countText(more)} more` : ''}`);
    });
}

/** A path as it is typed where the command runs: relative for what lies below. What is no path of this machine stays. */
export function pathFromHere(path: string): string {
  const below = `${process.cwd()}${sep}`;
  return path.startsWith(below) ? path.slice(below.length) : path;
}
