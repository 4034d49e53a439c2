import { dataTable } from './data-table.ts';
import { fanChart, highestOf } from './fan-chart.ts';
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
  const points = shown.map(({ predicted, actualMs }, at) => ({ at, expected: predicted, actual: actualMs }));
  const highest = Math.max(1, highestOf(points));
  const insideCount = comparisons.filter(wasInside).length;
  const part = shown.length < sorted.length ? `, ${shown.length} of them shown` : '';
  return fanChart({
    title: id,
    colour,
    note: `${countText(insideCount)} of ${countText(comparisons.length)} shards inside${part}`,
    points,
    highest,
    grid: [0, highest / 2, highest],
    valueText: (ms) => (ms === 0 ? '0' : durationText(ms)),
  });
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
