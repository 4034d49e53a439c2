import { type GraphLayout, type GraphPlace, graphLayout } from './graph-layout.ts';
import { html, type Markup } from './html.ts';
import type { OperationReport } from './run-report.ts';
import { durationText } from './text/duration-text.ts';
import { pathText } from './text/path-text.ts';
import { shardsText } from './text/shards-text.ts';

const BOX = { width: 176, height: 54, gapX: 72, gapY: 24, margin: 4 } as const;

/** Characters of a name that fit into its box. */
const NAME_MAX = 21;

/**
 * Operations as boxes, dependencies as lines from left to right.
 *
 * @param operations those to draw; an edge to one that is not among them is left out
 * @param path ids along the critical path, in order
 */
export function graphPicture(operations: readonly OperationReport[], path: readonly string[]): Markup {
  const drawn = new Set(operations.map(({ id }) => id));
  const layout = graphLayout(
    operations.map(({ id, after }) => ({
      id,
      after: after.map(({ operation }) => operation).filter((before) => drawn.has(before)),
    })),
  );
  const { width, height } = sizeOf(layout);
  return html`<svg class="graph" role="img" aria-label="Operations and their dependencies; the critical path is ${pathText(path)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${edges(operations, layout, path)}
${operations.map((operation) => box(operation, layout.places.get(operation.id)))}
</svg>`;
}

function sizeOf({ places, routes }: GraphLayout): { readonly width: number; readonly height: number } {
  const all = [...places.values(), ...routes.flatMap(({ via }) => via)];
  const columnCount = 1 + Math.max(0, ...all.map(({ column }) => column));
  const rowCount = 1 + Math.max(0, ...all.map(({ row }) => row));
  return {
    width: columnCount * (BOX.width + BOX.gapX) - BOX.gapX + 2 * BOX.margin,
    height: rowCount * (BOX.height + BOX.gapY) - BOX.gapY + 2 * BOX.margin,
  };
}

/** The critical edges last, over the others. */
function edges(operations: readonly OperationReport[], { routes }: GraphLayout, path: readonly string[]) {
  const wide = new Set(
    operations.flatMap(({ id, after }) =>
      after.filter(({ edge }) => edge === 'wide').map(({ operation }) => `${operation} ${id}`),
    ),
  );
  const critical = new Set(path.slice(1).map((id, index) => `${path[index]} ${id}`));
  const isCritical = ({ from, to }: { readonly from: string; readonly to: string }) => critical.has(`${from} ${to}`);
  return [...routes]
    .sort((a, b) => Number(isCritical(a)) - Number(isCritical(b)))
    .map((route) => {
      const kinds = ['edge', wide.has(`${route.from} ${route.to}`) && 'wide', isCritical(route) && 'critical'];
      return html`<path class="${kinds.filter((kind) => kind !== false).join(' ')}" d="${curve(route.via)}"/>
`;
    });
}

/** Level through every column that it passes, bent between them. */
function curve(via: readonly GraphPlace[]): string {
  return via
    .map((place, index) => {
      const { x, y } = corner(place);
      const middle = y + BOX.height / 2;
      if (index === 0) return `M${x + BOX.width} ${middle}`;
      const before = via[index - 1] ?? place;
      const from = { x: corner(before).x + BOX.width, y: corner(before).y + BOX.height / 2 };
      const bend = (x - from.x) / 2;
      const level = index < via.length - 1 ? `H${x + BOX.width}` : '';
      return `C${from.x + bend} ${from.y} ${x - bend} ${middle} ${x} ${middle}${level}`;
    })
    .join('');
}

function corner({ column, row }: GraphPlace): { readonly x: number; readonly y: number } {
  return { x: BOX.margin + column * (BOX.width + BOX.gapX), y: BOX.margin + row * (BOX.height + BOX.gapY) };
}

function box(operation: OperationReport, place: GraphPlace | undefined) {
  if (!place) return '';
  const { id, actualMs, shardCount, slackMs, onCriticalPath, startedAt, endedAt } = operation;
  const { x, y } = corner(place);
  const name = id.length > NAME_MAX ? `${id.slice(0, NAME_MAX - 1)}…` : id;
  const spanMs = startedAt === undefined || endedAt === undefined ? actualMs : endedAt - startedAt;
  const note = onCriticalPath ? shardsText(shardCount) : `slack ${durationText(slackMs)}`;
  return html`<g class="box ${onCriticalPath ? 'critical' : ''}"><title>${id}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="9"/>
<text class="name" x="${x + 14}" y="${y + 23}">${name}</text>
<text class="numbers" x="${x + 14}" y="${y + 41}">${durationText(spanMs)} · ${note}</text></g>
`;
}
