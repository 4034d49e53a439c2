import { plainText } from './text/plain-text.ts';

/** A cell is its text; `paint` colours it after it has been measured. */
export interface TextCell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export interface TextColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/**
 * A table in plain text, its columns as wide as their longest cell, two spaces apart.
 *
 * @param rows one cell per column; a bare string is a cell without colour
 * @returns lines without an end of line, the titles first; no trailing spaces
 */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly (string | TextCell)[])[],
  paintTitle: (text: string) => string = (text) => text,
): readonly string[] {
  const titles = columns.map(({ title }) => ({ text: title, paint: paintTitle }));
  const cells = [titles, ...rows.map((row) => row.map(cellOf))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.text.length ?? 0)));
  return cells.map((row) =>
    row
      .map(({ text, paint }, index) => {
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - text.length));
        const painted = paint ? paint(text) : text;
        return columns[index]?.align === 'right' ? space + painted : painted + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

function cellOf(cell: string | TextCell): TextCell {
  return typeof cell === 'string' ? { text: plainText(cell) } : { ...cell, text: plainText(cell.text) };
}
