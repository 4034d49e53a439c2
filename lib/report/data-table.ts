import { type Content, html, type Markup } from './html.ts';

/** Rows that a table in the report shows; the run's report.json has them all. */
export const ROWS_MAX = 250;

interface Column {
  readonly title: Content;
  /** Numbers stand at the right, digit under digit. */
  readonly numeric?: boolean;
}

interface DataTable {
  /** Says what the table holds, for those who do not see the heading above it. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of each row names it. */
  readonly rows: readonly (readonly Content[])[];
}

/** A table that scrolls sideways in a narrow window, reachable by keyboard; beyond {@link ROWS_MAX} rows it says so. */
export function dataTable({ caption, columns, rows }: DataTable): Markup {
  const shown = rows.slice(0, ROWS_MAX);
  const kind = (index: number) => (columns[index]?.numeric ? 'numeric' : 'text');
  const head = columns.map(({ title }, index) => html`<th scope="col" class="${kind(index)}">${title}</th>`);
  const body = shown.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) =>
        index === 0
          ? html`<th scope="row" class="${kind(index)}">${cell}</th>`
          : html`<td class="${kind(index)}">${cell}</td>`,
      )}</tr>
`,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
<table><caption class="unseen">${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>
${rows.length > shown.length && html`<p class="note">${shown.length} of ${rows.length} rows; report.json has them all.</p>`}`;
}
