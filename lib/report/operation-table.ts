import { axisTitle } from './axis-title.ts';
import { dataTable } from './data-table.ts';
import { differenceText } from './difference-text.ts';
import { html, type Markup } from './html.ts';
import { OTHER_COLOUR, operationColours } from './operation-colours.ts';
import type { OperationReport, RunReport } from './run-report.ts';
import { section } from './section.ts';
import { bytesText } from './text/bytes-text.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { intervalText } from './text/interval-text.ts';
import { shareText } from './text/share-text.ts';

/** The pictures show actual over predicted from a quarter to four times, in equal steps of the ratio. */
const RATIO_MAX = 4;

/** Predicted against actual, operation by operation: the numbers, and in each row the same as a dot on its interval. */
export function operationTable(report: RunReport): Markup {
  const colours = operationColours(report);
  const level = shareText(report.forecast.level);
  return section({
    id: 'operations',
    title: 'Predicted and actual',
    lead: html`Time of all shards of an operation together. In the picture the prediction is the middle line, its ${level} interval the bar, what really happened the dot; a hollow dot lies outside.`,
    body: dataTable({
      caption: 'Operations, predicted and actual',
      columns: [
        { title: 'Operation' },
        { title: 'Shards', numeric: true },
        { title: 'Predicted', numeric: true },
        { title: 'Interval', numeric: true },
        { title: 'Actual', numeric: true },
        { title: 'Difference', numeric: true },
        { title: axisTitle('¼ ×', 'as predicted', '4 ×') },
        { title: 'Input', numeric: true },
        { title: 'Records in', numeric: true },
        { title: 'Slack', numeric: true },
      ],
      rows: report.operations.map((operation) => row(operation, colours.get(operation.id) ?? OTHER_COLOUR)),
    }),
  });
}

function row(operation: OperationReport, colour: string) {
  const { predictedMs, actualMs } = operation;
  return [
    html`<span class="swatch operation-${colour}"></span>${operation.id}${operation.onCriticalPath && html` <span class="tag">critical</span>`}`,
    shardsText(operation),
    durationText(predictedMs.point),
    intervalText(predictedMs),
    operation.committedCount === 0 ? '–' : durationText(actualMs),
    differenceText(operation),
    dotOnInterval(operation),
    bytesText(operation.bytesIn),
    countText(operation.recordsIn),
    operation.onCriticalPath ? 'none' : durationText(operation.slackMs),
  ];
}

function shardsText({ shardCount, committedCount }: OperationReport): string {
  return committedCount < shardCount
    ? `${countText(committedCount)} of ${countText(shardCount)}`
    : countText(shardCount);
}

function dotOnInterval({ predictedMs, actualMs, committedCount, id }: OperationReport): Markup | string {
  if (committedCount === 0 || predictedMs.point <= 0) return 'nothing committed';
  const inside = actualMs >= predictedMs.lower && actualMs <= predictedMs.upper;
  const position = (ms: number) => percentOfRatio(ms / predictedMs.point);
  const lower = position(predictedMs.lower);
  return html`<svg class="dot-interval" role="img" aria-label="${id}: ${inside ? 'inside' : 'outside'} its interval" width="100%" height="22">
<line class="axis" x1="0" x2="100%" y1="11" y2="11"/>
<rect class="interval" x="${lower}%" width="${position(predictedMs.upper) - lower}%" y="6" height="10" rx="3"/>
<line class="point" x1="50%" x2="50%" y1="3" y2="19"/>
<circle class="${inside ? 'inside' : 'outside'}" cx="${position(actualMs)}%" cy="11" r="5"/>
</svg>`;
}

/** 3 % to 97 %, so that a dot at the end is still whole. */
function percentOfRatio(ratio: number): number {
  const clamped = Math.min(RATIO_MAX, Math.max(1 / RATIO_MAX, ratio));
  const share = 0.5 + Math.log(clamped) / Math.log(RATIO_MAX) / 2;
  return Math.round((3 + share * 94) * 100) / 100;
}
