import { dataTable } from './data-table.ts';
import { graphPicture } from './graph-picture.ts';
import { html, type Markup } from './html.ts';
import type { RunReport } from './run-report.ts';
import { section, tableBehind } from './section.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { pathText } from './text/path-text.ts';

/** Operations beyond this number: only those of the critical path are drawn. */
const DRAWN_MAX = 60;

/** The operation graph from left to right, with the chain that decides how long the run takes. */
export function criticalPathChart(report: RunReport): Markup {
  const { operations, criticalPath } = report;
  const shown = operations.length <= DRAWN_MAX ? operations : operations.filter(({ onCriticalPath }) => onCriticalPath);
  return section({
    id: 'path',
    title: 'Critical path',
    lead: html`${pathText(criticalPath.operations)}: its shards are cut as if it took ${durationText(criticalPath.lengthMs)}. Every second saved here makes the run shorter; elsewhere there is slack.${
      shown.length < operations.length &&
      ` Only the critical ones of ${countText(operations.length)} operations are drawn.`
    }`,
    body: html`<div class="scroll" role="region" tabindex="0" aria-label="Picture of the critical path">${graphPicture(shown.slice(0, DRAWN_MAX), criticalPath.operations)}</div>
<p class="legend"><span class="key"><svg width="28" height="8" aria-hidden="true"><path class="edge critical" d="M0 4h28"/></svg>critical</span><span class="key"><svg width="28" height="8" aria-hidden="true"><path class="edge" d="M0 4h28"/></svg>narrow: shard by shard</span><span class="key"><svg width="28" height="8" aria-hidden="true"><path class="edge wide" d="M0 4h28"/></svg>wide: a shuffle, all wait for all</span></p>
${tableBehind(pathTable(report))}`,
  });
}

function pathTable({ operations, startedAt: runStartedAt }: RunReport): Markup {
  const moment = (at: number | undefined) => (at === undefined ? '–' : `+${durationText(at - runStartedAt)}`);
  return dataTable({
    caption: 'Operations, their dependencies and their slack',
    columns: [
      { title: 'Operation' },
      { title: 'After' },
      { title: 'Critical' },
      { title: 'Slack', numeric: true },
      { title: 'Started', numeric: true },
      { title: 'Ended', numeric: true },
    ],
    rows: operations.map(({ id, after, onCriticalPath, slackMs, startedAt, endedAt }) => [
      id,
      after.map(({ operation, edge }) => `${operation} (${edge})`).join(', ') || 'the start',
      onCriticalPath ? 'yes' : 'no',
      durationText(slackMs),
      moment(startedAt),
      moment(endedAt),
    ]),
  });
}
