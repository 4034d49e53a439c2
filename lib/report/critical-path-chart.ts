import { dataTable } from './data-table.ts';
import { type GraphPlace, graphLayout } from './graph-layout.ts';
import { html, type Markup } from './html.ts';
import type { OperationReport, RunReport } from './run-report.ts';
import { section, tableBehind } from './section.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';

/** Operations beyond this number: only those of the critical path are drawn. */
const DRAWN_MAX = 60;

const BOX = { width: 168, height: 52, gapX: 64, gapY: 22, margin: 4 } as const;

/** Characters of a name that fit into its box. */
const NAME_MAX = 21;

/** The operation graph from left to right, with the chain that decides how long the run takes. */
export function criticalPathChart(report: RunReport): Markup {
  const { operations, criticalPath } = report;
  const shown = operations.length <= DRAWN_MAX ? operations : operations.filter(({ onCriticalPath }) => onCriticalPath);
  return section({
    id: 'path',
    title: 'Critical path',
    lead: html`${criticalPath.operations.join(' → ')}: ${durationText(criticalPath.lengthMs)}. Every second saved here makes the run shorter; elsewhere there is slack.${
      shown.length < operations.length &&
      ` Only the critical ones of ${countText(operations.length)} operations are drawn.`
    }`,
    body: html`<div class="scroll" role="region" tabindex="0" aria-label="Picture of the critical path">${graph(shown.slice(0, DRAWN_MAX), criticalPath.operations)}</div>
<p class="legend"><span class="key"><svg width="28" height="8" aria-hidden="true"><path class="edge critical" d="M0 4h28"/></svg>critical</span><span class="key"><svg width="28" height="8" aria-hidden="true"><path class="edge" d="M0 4h28"/></svg>narrow: shard by shard</span><span class="key"><svg width="28" height="8" aria-hidden="true"><path class="edge wide" d="M0 4h28"/></svg>wide: a shuffle, all wait for all</span></p>
${tableBehind(pathTable(report))}`,
  });
}

function graph(operations: readonly OperationReport[], path: readonly string[]): Markup {
  const drawn = new Set(operations.map(({ id }) => id));
  const nodes = operations.map(({ id, after }) => ({
    id,
    after: after.map(({ operation }) => operation).filter((before) => drawn.has(before)),
  }));
  const places = new Map(graphLayout(nodes).map((place) => [place.id, place]));
  const columnCount = Math.max(0, ...[...places.values()].map(({ column }) => column)) + 1;
  const rowCount = Math.max(0, ...[...places.values()].map(({ row }) => row)) + 1;
  const width = columnCount * (BOX.width + BOX.gapX) - BOX.gapX + 2 * BOX.margin;
  const height = rowCount * (BOX.height + BOX.gapY) - BOX.gapY + 2 * BOX.margin;
  const steps = new Set(path.slice(1).map((id, index) => `${path[index]} ${id}`));
  return html`<svg class="graph" role="img" aria-label="Operations and their dependencies; the critical path is ${path.join(', then ')}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${operations.flatMap(({ id, after }) =>
  after.map(({ operation, edge }) =>
    edgePath(places.get(operation), places.get(id), [
      edge === 'wide' && 'wide',
      steps.has(`${operation} ${id}`) && 'critical',
    ]),
  ),
)}
${operations.map((operation) => box(operation, places.get(operation.id)))}
</svg>`;
}

function corner({ column, row }: GraphPlace): { readonly x: number; readonly y: number } {
  return { x: BOX.margin + column * (BOX.width + BOX.gapX), y: BOX.margin + row * (BOX.height + BOX.gapY) };
}

function edgePath(from: GraphPlace | undefined, to: GraphPlace | undefined, kinds: readonly (string | false)[]) {
  if (!from || !to) return '';
  const start = corner(from);
  const end = corner(to);
  const x1 = start.x + BOX.width;
  const y1 = start.y + BOX.height / 2;
  const y2 = end.y + BOX.height / 2;
  const bend = (end.x - x1) / 2;
  const kind = ['edge', ...kinds.filter((one) => one !== false)].join(' ');
  return html`<path class="${kind}" d="M${x1} ${y1}C${x1 + bend} ${y1} ${end.x - bend} ${y2} ${end.x} ${y2}"/>
`;
}

function box(
  { id, actualMs, shardCount, slackMs, onCriticalPath, startedAt, endedAt }: OperationReport,
  place?: GraphPlace,
) {
  if (!place) return '';
  const { x, y } = corner(place);
  const name = id.length > NAME_MAX ? `${id.slice(0, NAME_MAX - 1)}…` : id;
  const spanMs = startedAt === undefined || endedAt === undefined ? actualMs : endedAt - startedAt;
  const slack = onCriticalPath ? '' : `, slack ${durationText(slackMs)}`;
  return html`<g class="box ${onCriticalPath ? 'critical' : ''}"><title>${id}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="8"/>
<text class="name" x="${x + 14}" y="${y + 22}">${name}</text>
<text class="numbers" x="${x + 14}" y="${y + 40}">${durationText(spanMs)} · ${onCriticalPath ? `${countText(shardCount)} shards` : slack.slice(2)}</text></g>
`;
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
