import { ROWS_MAX } from './data-table.ts';
import { html, type Markup } from './html.ts';
import type { RunReport } from './run-report.ts';
import { section } from './section.ts';
import { countText } from './text/count-text.ts';

/**
 * Where the results lie.
 *
 * @param store what stands in front of their locations
 */
export function outputList({ outputs }: RunReport, store: string): Markup {
  return section({
    id: 'outputs',
    title: 'Outputs',
    body:
      outputs.length === 0
        ? html`<p>No operation at the end of the workflow has committed an output.</p>`
        : outputs.map(
            ({ operation, locations }) => html`<h3>${operation}</h3>
<ul class="locations">${locations.slice(0, ROWS_MAX).map((location) => html`<li><code>${store}${location}</code></li>`)}</ul>
${locations.length > ROWS_MAX && html`<p class="note">${ROWS_MAX} of ${countText(locations.length)} objects; report.json has them all.</p>`}`,
          ),
  });
}
