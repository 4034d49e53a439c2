import type { BenchRow } from '../bench.ts';

/** Columns in the order in which they first appear; numbers stand to the right. Empty for no rows. */
export function textTable(rows: readonly BenchRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return '';
  const cells = rows.map((row) => columns.map((column) => cellText(row[column])));
  const widths = columns.map((column, at) => Math.max(column.length, ...cells.map((line) => line[at]?.length ?? 0)));
  const rightward = columns.map((column) => rows.some((row) => typeof row[column] === 'number'));
  const line = (texts: readonly string[]) => {
    const padded = texts.map((text, at) => {
      const width = widths[at] ?? 0;
      return rightward[at] ? text.padStart(width) : text.padEnd(width);
    });
    return padded.join('  ').trimEnd();
  };
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(columns), line(rule), ...cells.map(line)].join('\n');
}

/** Five digits that count are enough for a reader; the JSON has them all. */
function cellText(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
