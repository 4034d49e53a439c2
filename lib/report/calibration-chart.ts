import { axisTitle } from './axis-title.ts';
import { dataTable } from './data-table.ts';
import { html, type Markup } from './html.ts';
import type { RunReport } from './run-report.ts';
import { section } from './section.ts';
import { type ShardComparison, shardComparisons } from './shard-comparisons.ts';
import { countText } from './text/count-text.ts';
import { shareText } from './text/share-text.ts';
import { wilsonInterval } from './wilson-interval.ts';

/** Where a shard's time lay: below its interval, in its lower or upper half, or above. */
interface Calibration {
  readonly name: string;
  readonly total: number;
  readonly below: number;
  readonly lowerHalf: number;
  readonly upperHalf: number;
  readonly above: number;
}

/** Do the intervals keep what they promise: share inside against the level asked for, and on which side the rest fell. */
export function calibrationChart(report: RunReport): Markup {
  const comparisons = shardComparisons(report);
  const level = report.forecast.level;
  const byOperation = Map.groupBy(comparisons, ({ operation }) => operation);
  const rows = [
    calibrationOf('All shards', comparisons),
    ...report.operations.flatMap(({ id }) => {
      const mine = byOperation.get(id);
      return mine ? [calibrationOf(id, mine)] : [];
    }),
  ];
  return section({
    id: 'calibration',
    title: 'Calibration',
    lead:
      comparisons.length === 0
        ? 'No committed shard had a forecast.'
        : `Intervals promise to hold ${shareText(level)} of the shards: the upright line. The dot is the share that they did hold, the bar how sure that share is (95 % by Wilson's score). A bar that misses the line means intervals too narrow (left) or too wide (right).`,
    body: comparisons.length > 0 && table(rows, level),
  });
}

function calibrationOf(name: string, comparisons: readonly ShardComparison[]): Calibration {
  const count = (test: (one: ShardComparison) => boolean) => comparisons.filter(test).length;
  return {
    name,
    total: comparisons.length,
    below: count(({ actualMs, predicted }) => actualMs < predicted.lower),
    lowerHalf: count(({ actualMs, predicted }) => actualMs >= predicted.lower && actualMs < predicted.point),
    upperHalf: count(({ actualMs, predicted }) => actualMs >= predicted.point && actualMs <= predicted.upper),
    above: count(({ actualMs, predicted }) => actualMs > predicted.upper),
  };
}

function table(rows: readonly Calibration[], level: number): Markup {
  const part = (count: number, total: number) => `${shareText(count / total)}`;
  return dataTable({
    caption: 'Share of shards inside their intervals, by operation',
    columns: [
      { title: 'Operation' },
      { title: 'Shards', numeric: true },
      { title: 'Inside', numeric: true },
      { title: axisTitle('0 %', 'share inside', '100 %') },
      { title: 'Faster than interval', numeric: true },
      { title: 'Lower half', numeric: true },
      { title: 'Upper half', numeric: true },
      { title: 'Slower than interval', numeric: true },
      { title: 'Where they fell' },
    ],
    rows: rows.map((row) => [
      row.name,
      countText(row.total),
      part(row.lowerHalf + row.upperHalf, row.total),
      coverageDot(row, level),
      part(row.below, row.total),
      part(row.lowerHalf, row.total),
      part(row.upperHalf, row.total),
      part(row.above, row.total),
      sides(row),
    ]),
  });
}

function coverageDot({ name, total, lowerHalf, upperHalf }: Calibration, level: number): Markup {
  const insideCount = lowerHalf + upperHalf;
  const { lower, upper } = wilsonInterval(insideCount, total);
  const percent = (share: number) => (3 + share * 94).toFixed(2);
  const held = lower <= level && level <= upper;
  return html`<svg class="dot-interval" role="img" aria-label="${name}: ${held ? 'as promised, as far as can be told' : 'not as promised'}" width="100%" height="22">
<line class="axis" x1="3%" x2="97%" y1="11" y2="11"/>
<rect class="interval" x="${percent(lower)}%" width="${((upper - lower) * 94).toFixed(2)}%" y="6" height="10" rx="3"/>
<line class="point" x1="${percent(level)}%" x2="${percent(level)}%" y1="2" y2="20"/>
<circle class="${held ? 'inside' : 'outside'}" cx="${percent(insideCount / total)}%" cy="11" r="5"/>
</svg>`;
}

/** One bar, cut at the ends and at the middle of the interval: even parts inside mean that the middle is right. */
function sides({ name, total, below, lowerHalf, upperHalf, above }: Calibration): Markup {
  const parts = [
    { kind: 'below', count: below },
    { kind: 'lower-half', count: lowerHalf },
    { kind: 'upper-half', count: upperHalf },
    { kind: 'above', count: above },
  ];
  return html`<div class="sides" role="img" aria-label="${name}: ${countText(below)} faster, ${countText(lowerHalf)} in the lower half, ${countText(upperHalf)} in the upper half, ${countText(above)} slower">${parts.map(
    ({ kind, count }) => html`<div class="${kind}" style="flex-grow:${(count / total).toFixed(4)}"></div>`,
  )}</div>`;
}
