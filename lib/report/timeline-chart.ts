import type { ShardAttempt } from '../profile/shard-attempt.ts';
import { dataTable } from './data-table.ts';
import { html, type Markup, trusted } from './html.ts';
import { COLOURS_MAX, OTHER_COLOUR } from './operation-colours.ts';
import type { RunReport } from './run-report.ts';
import { section, tableBehind } from './section.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { shareText } from './text/share-text.ts';
import { slotsOf, type TimelineData, timelineData } from './timeline-data.ts';

/** The Gantt chart: one row per slot, by zone, drawn by client/timeline-drawing.ts; and a table of the slots behind it. */
export function timelineChart(report: RunReport): Markup {
  const data = timelineData(report);
  const zoneCount = new Set(data.slots.map(({ zone }) => zone)).size;
  return section({
    id: 'timeline',
    title: 'Slots over time',
    lead: `${countText(report.attempts.length)} attempts on ${countText(data.slots.length)} ${data.slots.length === 1 ? 'slot' : 'slots'} in ${countText(zoneCount)} ${zoneCount === 1 ? 'zone' : 'zones'}. The curve above the rows is how many slots were busy, the stepped line how many were planned at first.`,
    body: html`${legend(data)}
<div class="timeline">
<canvas id="timeline-canvas" tabindex="0" role="application" aria-roledescription="timeline" aria-label="Attempts on slots over time; the table below has the numbers" aria-describedby="timeline-keys"></canvas>
<div id="timeline-tip" hidden></div>
</div>
<p id="timeline-detail" class="note" role="status" aria-live="polite"></p>
<p id="timeline-keys" class="note">Arrow keys go from attempt to attempt, <kbd>+</kbd> and <kbd>−</kbd> zoom, <kbd>0</kbd> shows the whole run; drag to move, hold <kbd>Ctrl</kbd> and scroll to zoom.</p>
<noscript><p class="note">The picture needs scripts, which are off; the table has the same numbers.</p></noscript>
<script type="application/json" id="timeline-data">${trusted(safeJson(data))}</script>
${tableBehind(slotTable(report))}`,
  });
}

/** JSON that cannot end the element that holds it. */
function safeJson(data: TimelineData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

function legend({ operations }: TimelineData): Markup {
  const own = operations.filter(({ colour }) => colour !== OTHER_COLOUR);
  const others = operations.length - own.length;
  return html`<div class="legend">
<div class="keys" role="group" aria-label="Show only some operations">
${own.map(({ id, colour }) => html`<button type="button" aria-pressed="false" data-operation="${id}"><span class="swatch operation-${colour}"></span>${id}</button>`)}
${others > 0 && html`<span class="key"><span class="swatch operation-${OTHER_COLOUR}"></span>${countText(others)} others, shorter than these ${COLOURS_MAX}</span>`}
</div>
<div class="keys">
<span class="key"><svg width="20" height="12" aria-hidden="true"><rect class="failed-shape" width="20" height="12" rx="2"/><path class="failed-cross" d="M7 3l6 6M13 3l-6 6"/></svg>failed</span>
<span class="key"><svg width="20" height="12" aria-hidden="true"><rect class="lost-shape" x="1" y="1" width="18" height="10" rx="2"/></svg>lost a race</span>
<span class="key"><svg width="20" height="12" aria-hidden="true"><rect class="retry-shape" width="20" height="12" rx="2"/><path class="retry-notch" d="M0 0h8L0 8z"/></svg>repeated</span>
<span class="key"><svg width="14" height="12" aria-hidden="true"><path class="mark-shape" d="M7 0l6 6-6 6-6-6z"/></svg>re-shard</span>
</div>
<div class="keys" role="group" aria-label="Zoom"><button type="button" id="timeline-in" aria-label="Zoom in">+</button><button type="button" id="timeline-out" aria-label="Zoom out">−</button><button type="button" id="timeline-all">Whole run</button></div>
</div>`;
}

function slotTable({ attempts, startedAt, endedAt }: RunReport): Markup {
  const bySlot = Map.groupBy(attempts, ({ zone, slot }) => `${zone} ${slot}`);
  const lengthMs = Math.max(1, endedAt - startedAt);
  return dataTable({
    caption: 'Slots, what they ran and how busy they were',
    columns: [
      { title: 'Slot' },
      { title: 'Zone' },
      { title: 'Memory', numeric: true },
      { title: 'Attempts', numeric: true },
      { title: 'Failed', numeric: true },
      { title: 'Lost', numeric: true },
      { title: 'Repeated', numeric: true },
      { title: 'Busy', numeric: true },
      { title: 'Share of the run', numeric: true },
    ],
    rows: slotsOf(attempts).map(({ id, zone, memoryMiB }) => {
      const mine = bySlot.get(`${zone} ${id}`) ?? [];
      const busyMs = mine.reduce((sum, { durationMs }) => sum + durationMs, 0);
      const count = (test: (attempt: ShardAttempt) => boolean) => countText(mine.filter(test).length);
      return [
        id,
        zone,
        `${countText(memoryMiB)} MiB`,
        countText(mine.length),
        count(({ outcome }) => outcome === 'failed'),
        count(({ outcome }) => outcome === 'lost'),
        count(({ epoch }) => epoch > 1),
        durationText(busyMs),
        shareText(busyMs / lengthMs),
      ];
    }),
  });
}
