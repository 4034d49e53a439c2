import type { BacklogReport, Lag } from './backlog-report.ts';
import { differenceText } from './difference-text.ts';
import { outcomeText } from './outcome-text.ts';
import type { OperationReport, RunReport } from './run-report.ts';
import { type TerminalColour, terminalColour } from './terminal-colour.ts';
import { costText } from './text/cost-text.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { intervalText } from './text/interval-text.ts';
import { pathText } from './text/path-text.ts';
import { plainText } from './text/plain-text.ts';
import { shareText } from './text/share-text.ts';
import { textTable } from './text-table.ts';

/** Operations and poisoned shards that are listed; the HTML report and report.json have more. */
const LISTED_MAX = 40;

/**
 * A run in a terminal: predicted against actual for each operation, then what became of the deadline, the cost and the
 * accuracy.
 *
 * @param options.colour see cli/colour-wanted.ts
 * @returns lines with an end of line each
 */
export function runTable(report: RunReport, options: { readonly colour: boolean }): string {
  const colour = terminalColour(options.colour);
  const lines = [...operationLines(report, colour), '', ...summaryLines(report, colour)];
  return `${lines.join('\n')}\n`;
}

function operationLines({ operations, forecast }: RunReport, colour: TerminalColour): readonly string[] {
  const shown = operations.slice(0, LISTED_MAX);
  const lines = textTable(
    [
      { title: 'operation', align: 'left' },
      { title: 'shards', align: 'right' },
      { title: 'predicted', align: 'right' },
      { title: `${shareText(forecast.level)} interval`, align: 'right' },
      { title: 'actual', align: 'right' },
      { title: 'difference', align: 'right' },
    ],
    shown.map((operation) => operationRow(operation, colour)),
    colour.dim,
  );
  const leftOut = operations.length - shown.length;
  return leftOut === 0 ? lines : [...lines, colour.dim(`and ${countText(leftOut)} more operations, see the report`)];
}

function operationRow(operation: OperationReport, colour: TerminalColour) {
  const { id, shardCount, committedCount, predictedMs, actualMs, onCriticalPath } = operation;
  const inside = actualMs >= predictedMs.lower && actualMs <= predictedMs.upper;
  return [
    { text: id, paint: onCriticalPath ? colour.bold : same },
    {
      text:
        committedCount < shardCount
          ? `${countText(committedCount)} of ${countText(shardCount)}`
          : countText(shardCount),
      paint: committedCount < shardCount ? colour.bad : same,
    },
    durationText(predictedMs.point),
    { text: intervalText(predictedMs), paint: colour.dim },
    committedCount === 0 ? '–' : durationText(actualMs),
    { text: differenceText(operation), paint: committedCount === 0 ? colour.dim : inside ? colour.good : colour.warn },
  ];
}

function same(text: string): string {
  return text;
}

function summaryLines(report: RunReport, colour: TerminalColour): readonly string[] {
  const { startedAt, endedAt, deadlineAt, promise, cost, accuracy, poisoned, criticalPath, backlogs } = report;
  const outcomePaint = { met: colour.good, missed: colour.bad, incomplete: colour.warn, aborted: colour.bad };
  const parts = [
    `Lambda ${costText(cost.lambdaUsd)}`,
    `Step Functions ${costText(cost.stepFunctionsUsd)}`,
    `DynamoDB ${costText(cost.dynamoDbUsd)}`,
    `S3 ${costText(cost.s3Usd)}`,
  ];
  const line = (name: string, text: string) => `${name.padEnd(14)}${text}`;
  return [
    line('deadline', outcomePaint[report.outcome](outcomeText(report))),
    line(
      '',
      `ran ${durationText(endedAt - startedAt)}, planned ${durationText(promise.expectedEndAt - startedAt)}, allowed ${durationText(deadlineAt - startedAt)}, planned chance ${shareText(promise.chance)}`,
    ),
    line('critical path', plainText(pathText(criticalPath.operations))),
    line(
      'cost on AWS',
      `${colour.bold(costText(cost.totalUsd))}, planned ${costText(promise.costUsd)} (${parts.join(', ')})`,
    ),
    ...(report.operations.some(({ committedCount }) => committedCount > 0)
      ? [
          line(
            'accuracy',
            `median error of a shard ${durationText(accuracy.medianAbsoluteErrorMs)}, ${shareText(accuracy.coverage)} inside their ${shareText(accuracy.level)} intervals`,
          ),
        ]
      : []),
    ...backlogs.flatMap(backlogLines).map((text, index) => line(index % 2 === 0 ? 'lag' : '', plainText(text))),
    ...poisoned
      .slice(0, LISTED_MAX)
      .map(({ shard, attempts, error }) =>
        line(
          'poisoned',
          colour.bad(plainText(`${shard} after ${attemptsText(attempts)}: ${error.name}: ${error.message}`)),
        ),
      ),
    ...(poisoned.length > LISTED_MAX
      ? [line('', `and ${countText(poisoned.length - LISTED_MAX)} more poisoned shards`)]
      : []),
    ...(poisoned.length > 0 ? [line('', `mend the input or the task, then: foreshard resume ${report.run}`)] : []),
  ];
}

function attemptsText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'attempt' : 'attempts'}`;
}

function backlogLines({ operation, objectiveMs, lag, patent }: BacklogReport): readonly string[] {
  const text = ({ p95Ms, maxMs, withinShare, slotMs }: Lag) =>
    `95 % of objects within ${durationText(p95Ms)}, the longest ${durationText(maxMs)}, ${shareText(withinShare)} within the ${durationText(objectiveMs)} asked for, in ${durationText(slotMs)} of slots`;
  return [`${operation}: ${text(lag)}`, `the patent's controller, simulated on the same arrivals: ${text(patent)}`];
}
