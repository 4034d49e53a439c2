import type { TradeOffPoint } from '../plan/trade-off.ts';
import { dataTable } from './data-table.ts';
import { html, type Markup } from './html.ts';
import type { RunReport } from './run-report.ts';
import { section } from './section.ts';
import { costText } from './text/cost-text.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';

/** A curve of one point is no choice. */
const POINTS_MIN = 2;
const PLOT = { width: 760, height: 260, left: 78, right: 18, top: 14, bottom: 30 } as const;
/** The axes reach this much beyond what is farthest out. */
const ROOM = 1.08;

interface Place {
  readonly timeMs: number;
  readonly costUsd: number;
}

/**
 * Cost against finish time, as it could be planned before the run: each plan is cheaper than all that end sooner. Beside
 * it what this run was planned to take, and what it took.
 */
export function tradeOffChart({ tradeOff, promise, cost, startedAt, endedAt, deadlineAt }: RunReport): Markup {
  if (tradeOff.length < POINTS_MIN) return html``;
  const planned = { timeMs: promise.expectedEndAt - startedAt, costUsd: promise.costUsd };
  const actual = { timeMs: endedAt - startedAt, costUsd: cost.totalUsd };
  const points = tradeOff.map(({ expectedMs, costUsd }) => ({ timeMs: expectedMs, costUsd }));
  return section({
    id: 'trade-off',
    title: 'Cost against time',
    lead: 'What could have been chosen before the run: every dot on the line is a plan that is cheaper than all that end sooner. The diamond is the plan that was made, the square what the run took; the dashed line is the deadline.',
    body: html`${curve(points, { planned, actual, deadlineMs: deadlineAt - startedAt })}
${table(tradeOff, { planned, actual })}`,
  });
}

function curve(
  points: readonly Place[],
  { planned, actual, deadlineMs }: { readonly planned: Place; readonly actual: Place; readonly deadlineMs: number },
): Markup {
  const all = [...points, planned, actual];
  const mostMs = ROOM * Math.max(1, ...all.map(({ timeMs }) => timeMs));
  const mostUsd = ROOM * Math.max(...all.map(({ costUsd }) => costUsd), Number.MIN_VALUE);
  const x = (ms: number) => PLOT.left + (ms / mostMs) * (PLOT.width - PLOT.left - PLOT.right);
  const y = (usd: number) => PLOT.height - PLOT.bottom - (usd / mostUsd) * (PLOT.height - PLOT.top - PLOT.bottom);
  const at = ({ timeMs, costUsd }: Place) => `${x(timeMs).toFixed(1)} ${y(costUsd).toFixed(1)}`;
  const [first, last] = [points[0], points.at(-1)];
  const text =
    first && last
      ? `From ${durationText(first.timeMs)} for ${costText(first.costUsd)} to ${durationText(last.timeMs)} for ${costText(last.costUsd)}; planned ${durationText(planned.timeMs)} for ${costText(planned.costUsd)}, actual ${durationText(actual.timeMs)} for ${costText(actual.costUsd)}`
      : '';
  return html`<figure class="trade-off"><svg role="img" aria-label="${text}" viewBox="0 0 ${PLOT.width} ${PLOT.height}">
${[0, 0.5, 1].map((share) => costLine((share * mostUsd) / ROOM, y((share * mostUsd) / ROOM)))}
${[0.25, 0.5, 0.75, 1].map((share) => timeTick((share * mostMs) / ROOM, x((share * mostMs) / ROOM)))}
${deadlineMs <= mostMs && html`<path class="deadline" d="M${x(deadlineMs).toFixed(1)} ${PLOT.top}V${PLOT.height - PLOT.bottom}"/>`}
<path class="prediction" d="${points.map((point, index) => `${index === 0 ? 'M' : 'L'}${at(point)}`).join('')}"/>
${points.map((point) => html`<circle class="inside" cx="${x(point.timeMs).toFixed(1)}" cy="${y(point.costUsd).toFixed(1)}" r="4"/>`)}
<path class="planned" d="M${at(planned)}m0 -8l8 8l-8 8l-8 -8z"/>
<path class="actual" d="M${at(actual)}m-6 -6h12v12h-12z"/>
</svg></figure>`;
}

function costLine(usd: number, y: number): Markup {
  return html`<path class="grid" d="M${PLOT.left} ${y.toFixed(1)}H${PLOT.width - PLOT.right}"/><text class="tick" x="${PLOT.left - 8}" y="${(y + 3.5).toFixed(1)}">${usd === 0 ? '$0' : costText(usd)}</text>`;
}

function timeTick(ms: number, x: number): Markup {
  return html`<text class="tick middle" x="${x.toFixed(1)}" y="${PLOT.height - 10}">${durationText(ms)}</text>`;
}

function table(
  tradeOff: readonly TradeOffPoint[],
  { planned, actual }: { readonly planned: Place; readonly actual: Place },
): Markup {
  return dataTable({
    caption: 'Plans of the curve, the plan that was made and what the run took',
    columns: [
      { title: 'Plan' },
      { title: 'Ends after', numeric: true },
      { title: 'Safe by', numeric: true },
      { title: 'Cost', numeric: true },
      { title: 'Shards', numeric: true },
    ],
    rows: [
      ...tradeOff.map(({ expectedMs, safeMs, costUsd, shardCount }, index) => [
        index === 0 ? 'the fastest' : index === tradeOff.length - 1 ? 'the cheapest' : 'between',
        durationText(expectedMs),
        safeMs === undefined ? '–' : durationText(safeMs),
        costText(costUsd),
        countText(shardCount),
      ]),
      ['as it was planned', durationText(planned.timeMs), '–', costText(planned.costUsd), '–'],
      ['as it was', durationText(actual.timeMs), '–', costText(actual.costUsd), '–'],
    ],
  });
}
