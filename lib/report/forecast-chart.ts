import { dataTable } from './data-table.ts';
import { html, type Markup } from './html.ts';
import { OTHER_COLOUR, operationColours } from './operation-colours.ts';
import { rateChart } from './rate-chart.ts';
import type { RunReport } from './run-report.ts';
import { section, tableBehind } from './section.ts';
import { type ShardComparison, shardComparisons, wasInside } from './shard-comparisons.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { shareText } from './text/share-text.ts';

/** Fans that are drawn: of the operations with the most shards. */
const FANS_MAX = 12;
/** Fewer shards make no fan: the table has them. */
const FAN_SHARDS_MIN = 3;
/** Shards that one fan shows, taken at even distances. */
const FAN_SHARDS_MAX = 160;

const PLOT = { width: 340, height: 150, left: 52, bottom: 8, top: 8 } as const;

/** Per operation, every shard's forecast as a fan and what it took as a dot. */
export function forecastChart(report: RunReport): Markup {
  const byOperation = Map.groupBy(shardComparisons(report), ({ operation }) => operation);
  const operations = [...byOperation]
    .filter(([, comparisons]) => comparisons.length >= FAN_SHARDS_MIN)
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, FANS_MAX);
  const drawn = new Set(operations.map(([id]) => id));
  const colours = operationColours(report);
  const fans = report.operations
    .filter(({ id }) => drawn.has(id))
    .map(({ id }) => fan(id, byOperation.get(id) ?? [], colours.get(id) ?? OTHER_COLOUR));
  return section({
    id: 'forecast',
    title: 'Forecast of every shard',
    lead:
      byOperation.size === 0
        ? 'No committed shard had a forecast.'
        : fans.length === 0
          ? 'Too few shards for a picture: the numbers.'
          : html`One dot is one shard, from the least predicted time to the largest. The band is the ${shareText(report.forecast.level)} interval, the line the prediction; a hollow dot fell outside.${
              byOperation.size > fans.length && ' Operations with few shards stand in the table alone.'
            }`,
    body: html`${
      fans.length === 0
        ? modelTable(report, byOperation)
        : html`<div class="fans">${fans}</div>
${tableBehind(modelTable(report, byOperation))}`
    }
${rateChart(report)}`,
  });
}

function fan(id: string, comparisons: readonly ShardComparison[], colour: string): Markup {
  const sorted = [...comparisons].sort((a, b) => a.predicted.point - b.predicted.point || a.actualMs - b.actualMs);
  const shown = evenly(sorted, FAN_SHARDS_MAX);
  const topMs = Math.max(1, ...shown.map(({ predicted, actualMs }) => Math.max(predicted.upper, actualMs)));
  const x = (index: number) => PLOT.left + ((index + 0.5) / shown.length) * (PLOT.width - PLOT.left - 6);
  const y = (ms: number) => PLOT.height - PLOT.bottom - (ms / topMs) * (PLOT.height - PLOT.bottom - PLOT.top);
  const insideCount = comparisons.filter(wasInside).length;
  const part = shown.length < sorted.length ? `, ${shown.length} of them shown` : '';
  const text = `${countText(insideCount)} of ${countText(comparisons.length)} shards inside${part}`;
  return html`<figure class="fan"><figcaption><span class="swatch operation-${colour}"></span><b>${id}</b> <span class="muted">${text}</span></figcaption>
<svg role="img" aria-label="${id}: ${text}" viewBox="0 0 ${PLOT.width} ${PLOT.height}">
${[0, 0.5, 1].map((share) => gridLine(share * topMs, y(share * topMs)))}
<path class="band operation-${colour}" d="${bandPath(shown, x, y)}"/>
<path class="prediction operation-${colour}" d="${linePath(shown.map(({ predicted }, index) => [x(index), y(predicted.point)]))}"/>
${shown.map((one, index) => html`<circle class="${wasInside(one) ? 'inside' : 'outside'} operation-${colour}" cx="${x(index).toFixed(1)}" cy="${y(one.actualMs).toFixed(1)}" r="2.6"/>`)}
</svg></figure>`;
}

function gridLine(ms: number, y: number): Markup {
  return html`<path class="grid" d="M${PLOT.left} ${y.toFixed(1)}H${PLOT.width}"/><text class="tick" x="${PLOT.left - 6}" y="${(y + 3.5).toFixed(1)}">${ms === 0 ? '0' : durationText(ms)}</text>`;
}

type Point = readonly [number, number];

function bandPath(shown: readonly ShardComparison[], x: (index: number) => number, y: (ms: number) => number): string {
  const upper = shown.map(({ predicted }, index): Point => [x(index), y(predicted.upper)]);
  const lower = shown.map(({ predicted }, index): Point => [x(index), y(predicted.lower)]);
  return `${linePath([...upper, ...lower.reverse()])}Z`;
}

function linePath(points: readonly Point[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

function evenly<Value>(values: readonly Value[], most: number): readonly Value[] {
  if (values.length <= most) return values;
  return values.filter(
    (_, index) => Math.floor((index * most) / values.length) !== Math.floor(((index - 1) * most) / values.length),
  );
}

const ORIGINS = { profile: 'its own profile', relatives: 'its nearest relatives', prior: 'the prior alone' };

function modelTable({ forecast, operations }: RunReport, byOperation: ReadonlyMap<string, readonly ShardComparison[]>) {
  const types = new Map(forecast.types.map((type) => [type.type, type]));
  return dataTable({
    caption: 'Where the forecast of each operation came from and how it did',
    columns: [
      { title: 'Operation' },
      { title: 'Forecast from' },
      { title: 'Model' },
      { title: 'Samples', numeric: true },
      { title: 'Shards', numeric: true },
      { title: 'Inside', numeric: true },
      { title: 'Median error', numeric: true },
    ],
    rows: operations.map(({ id, type }) => {
      const from = types.get(type);
      const comparisons = byOperation.get(id) ?? [];
      return [
        id,
        from ? ORIGINS[from.origin] : '–',
        from?.model ?? '–',
        from ? countText(from.sampleCount) : '–',
        countText(comparisons.length),
        comparisons.length === 0 ? '–' : shareText(comparisons.filter(wasInside).length / comparisons.length),
        medianErrorText(comparisons),
      ];
    }),
  });
}

function medianErrorText(comparisons: readonly ShardComparison[]): string {
  const missesMs = comparisons
    .map(({ predicted, actualMs }) => Math.abs(actualMs - predicted.point))
    .sort((a, b) => a - b);
  const middleMs = missesMs[Math.floor(missesMs.length / 2)];
  return middleMs === undefined ? '–' : durationText(middleMs);
}
