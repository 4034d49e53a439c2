import { html, type Markup } from './html.ts';
import { outcomeText } from './outcome-text.ts';
import type { RunReport } from './run-report.ts';
import { costText } from './text/cost-text.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { momentText } from './text/moment-text.ts';
import { shareText } from './text/share-text.ts';

const OUTCOME_LABELS = { met: 'Deadline met', missed: 'Deadline missed', incomplete: 'Incomplete', aborted: 'Aborted' };

/** The answer first: what happened, against what was promised, for how much. */
export function headline(report: RunReport): Markup {
  return html`<header class="headline">
<p class="eyebrow"><span class="badge ${report.outcome}">${OUTCOME_LABELS[report.outcome]}</span> Run ${report.run}, ${momentText(report.startedAt)}</p>
<h1>${report.workflow}</h1>
<p class="statement">${outcomeText(report)}</p>
${deadlineBar(report)}
<dl class="figures">${figures(report).map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd class="value">${value}</dd><dd class="note">${note}</dd></div>`,
  )}</dl>
</header>
`;
}

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function figures(report: RunReport): readonly Figure[] {
  const { promise, cost, accuracy, attempts, operations } = report;
  const shardCount = operations.reduce((sum, operation) => sum + operation.shardCount, 0);
  const count = (wanted: string) => attempts.filter(({ outcome }) => outcome === wanted).length;
  const troubles = [
    { count: count('failed'), text: 'attempts failed' },
    { count: count('lost'), text: 'lost a race' },
  ].filter((trouble) => trouble.count > 0);
  return [
    {
      name: 'Run time',
      value: durationText(report.endedAt - report.startedAt),
      note: `planned ${durationText(promise.expectedEndAt - report.startedAt)}, allowed ${durationText(report.deadlineAt - report.startedAt)}`,
    },
    {
      name: 'Cost on AWS',
      value: costText(cost.totalUsd),
      note: `planned ${costText(promise.costUsd)}`,
    },
    {
      name: 'Planned chance',
      value: shareText(promise.chance),
      note: `of meeting the deadline; the plan was ${changedText(report.plan.generation)}`,
    },
    {
      name: 'Intervals that held',
      value: shareText(accuracy.coverage),
      note: `${shareText(accuracy.level)} asked for; median error ${durationText(accuracy.medianAbsoluteErrorMs)}`,
    },
    {
      name: 'Shards',
      value: countText(shardCount),
      note: [
        `${countText(report.shardCountBound)} at the least`,
        ...troubles.map((trouble) => `${countText(trouble.count)} ${trouble.text}`),
      ].join(', '),
    },
  ];
}

/** Every generation after the first is a change. */
function changedText(generation: number): string {
  if (generation === 1) return 'never changed';
  return generation === 2 ? 'changed once' : `changed ${countText(generation - 1)} times`;
}

/** Start, planned end, end and deadline on one line. */
function deadlineBar({ startedAt, endedAt, deadlineAt, promise, outcome }: RunReport): Markup {
  const lengthMs = Math.max(endedAt, deadlineAt, promise.expectedEndAt) - startedAt;
  const percent = (at: number) =>
    Math.max(0, Math.min(100, ((at - startedAt) / Math.max(1, lengthMs)) * 100)).toFixed(2);
  const marks = [
    { name: 'planned end', at: promise.expectedEndAt, kind: 'planned' },
    { name: 'deadline', at: deadlineAt, kind: 'deadline' },
  ];
  return html`<div class="deadline-bar" role="img" aria-label="Ended after ${durationText(endedAt - startedAt)}; planned ${durationText(promise.expectedEndAt - startedAt)}; deadline ${durationText(deadlineAt - startedAt)}">
<div class="track"><div class="fill ${outcome}" style="width:${percent(endedAt)}%"></div>
${marks.map(({ kind, at }) => html`<div class="mark ${kind}" style="left:${percent(at)}%"></div>`)}</div>
<div class="labels">${marks.map(
    ({ name, at, kind }) =>
      html`<span class="${kind} ${Number(percent(at)) > 50 ? 'before' : 'after'}" style="left:${percent(at)}%">${name} ${durationText(at - startedAt)}</span>`,
  )}</div>
</div>`;
}
