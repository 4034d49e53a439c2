import type { Interval } from '../forecast/interval.ts';
import { html, type Markup } from './html.ts';

type Range = Pick<Interval, 'lower' | 'point' | 'upper'>;

/** A shard, a step or a moment: what was expected of it, what it came to, or both. */
export interface FanPoint {
  /** Its place from left to right, in any unit. */
  readonly at: number;
  readonly expected?: Range | undefined;
  readonly actual?: number | undefined;
}

interface Fan {
  readonly title: string;
  /** Of `operation-colours.ts`. */
  readonly colour: string;
  /** One line that says what is to be seen: it stands beside the title, and in place of the picture for those who do not see it. */
  readonly note: string;
  /** At least one, from left to right. */
  readonly points: readonly FanPoint[];
  /** The value at the upper edge, above 0. */
  readonly highest: number;
  /** Values that get a line of their own, with {@link valueText} beside it. */
  readonly grid: readonly number[];
  valueText(value: number): string;
  /**
   * What stands under the right end.
   *
   * @default - nothing
   */
  readonly end?: string;
}

const PLOT = { width: 340, height: 150, left: 52, right: 8, top: 8 } as const;
const BOTTOM = { bare: 8, labelled: 22 } as const;

/**
 * A forecast as a band with its middle line, and what came of it: a dot beside what was expected, hollow outside of the
 * band, and a line where nothing was.
 */
export function fanChart({ title, colour, note, points, highest, grid, valueText, end }: Fan): Markup {
  const scale = scaleOf(points, highest, end === undefined ? BOTTOM.bare : BOTTOM.labelled);
  const ranges = points.flatMap(({ at, expected }) => (expected ? [{ at, ...expected }] : []));
  const alone = points.flatMap(({ at, actual, expected }) =>
    actual === undefined || expected ? [] : [{ at, actual }],
  );
  const path = (kind: string, d: string) => html`<path class="${kind} operation-${colour}" d="${d}"/>`;
  return html`<figure class="fan"><figcaption><span class="swatch operation-${colour}"></span><b>${title}</b> <span class="muted">${note}</span></figcaption>
<svg role="img" aria-label="${title}: ${note}" viewBox="0 0 ${PLOT.width} ${PLOT.height}">
${grid.map((value) => gridLine(scale.y(value), valueText(value)))}
${
  ranges.length > 0 && [
    path('band', bandPath(ranges, scale)),
    path(
      'prediction',
      linePath(
        ranges.map(({ at, point }) => [at, point]),
        scale,
      ),
    ),
  ]
}
${
  alone.length > 0 &&
  path(
    'prediction',
    linePath(
      alone.map(({ at, actual }) => [at, actual]),
      scale,
    ),
  )
}
${points.map((point) => dot(point, scale, colour))}
${end !== undefined && html`<text class="tick" x="${PLOT.width - PLOT.right}" y="${PLOT.height - 4}">${end}</text>`}
</svg></figure>`;
}

/** The largest of all values and upper ends. */
export function highestOf(points: readonly FanPoint[]): number {
  return points.reduce((most, { expected, actual }) => Math.max(most, expected?.upper ?? 0, actual ?? 0), 0);
}

/** From values to the picture's pixels. */
interface Scale {
  x(at: number): number;
  y(value: number): number;
}

function scaleOf(points: readonly FanPoint[], highest: number, bottom: number): Scale {
  const first = points[0]?.at ?? 0;
  const span = Math.max(1, (points.at(-1)?.at ?? 0) - first);
  const floor = PLOT.height - bottom;
  return {
    x: (at) => PLOT.left + ((at - first) / span) * (PLOT.width - PLOT.left - PLOT.right),
    y: (value) => floor - (value / highest) * (floor - PLOT.top),
  };
}

function gridLine(y: number, text: string): Markup {
  return html`<path class="grid" d="M${PLOT.left} ${y.toFixed(1)}H${PLOT.width}"/><text class="tick" x="${PLOT.left - 6}" y="${(y + 3.5).toFixed(1)}">${text}</text>`;
}

type Place = readonly [at: number, value: number];

/** Along the upper ends, and back along the lower ones. */
function bandPath(ranges: readonly ({ readonly at: number } & Range)[], scale: Scale): string {
  const upper = ranges.map(({ at, upper: value }): Place => [at, value]);
  const lower = ranges.map(({ at, lower: value }): Place => [at, value]);
  return `${linePath([...upper, ...lower.reverse()], scale)}Z`;
}

function linePath(places: readonly Place[], { x, y }: Scale): string {
  return `M${places.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('L')}`;
}

function dot({ at, expected, actual }: FanPoint, { x, y }: Scale, colour: string): Markup | false {
  if (expected === undefined || actual === undefined) return false;
  const kind = expected.lower <= actual && actual <= expected.upper ? 'inside' : 'outside';
  return html`<circle class="${kind} operation-${colour}" cx="${x(at).toFixed(1)}" cy="${y(actual).toFixed(1)}" r="2.4"/>`;
}
