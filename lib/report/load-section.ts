import { wasHeld } from '../forecast/judged-step.ts';
import { dataTable } from './data-table.ts';
import { factorCells } from './factor-cells.ts';
import { html, type Markup } from './html.ts';
import { OTHER_COLOUR, operationColours } from './operation-colours.ts';
import type { RunReport } from './run-report.ts';
import { section, tableBehind } from './section.ts';
import { countText } from './text/count-text.ts';
import { momentText } from './text/moment-text.ts';
import { shareText } from './text/share-text.ts';
import type { TypeLoad } from './type-load.ts';
import { wilsonInterval } from './wilson-interval.ts';

const PLOT = { width: 340, height: 150, left: 40, bottom: 22, top: 8 } as const;

/** One moment of a fan: what was, what was expected, or both. */
interface Step {
  readonly at: number;
  readonly actual?: number;
  readonly expected?: { readonly lower: number; readonly point: number; readonly upper: number };
}

/** How the load of the run's types moves over all runs, what was forecast of it, and what it goes with. */
export function loadSection(report: RunReport): Markup | undefined {
  const { loads } = report;
  if (loads.length === 0) return undefined;
  const colours = operationColours(report);
  const colourOf = ({ type }: TypeLoad) =>
    colours.get(report.operations.find((operation) => operation.type === type)?.id ?? '') ?? OTHER_COLOUR;
  const judged = loads.filter((load) => load.judged.length > 1);
  return section({
    id: 'load',
    title: 'Load of its types',
    lead: 'Slots that work of each type kept busy, over all runs: a line for the hours that were, then the forecast of two days with its intervals.',
    body: html`<div class="fans">${loads.map((load) => fan(load, outlookSteps(load), { colour: colourOf(load), text: outlookText(load) }))}</div>
${
  judged.length > 0 &&
  html`<h3>What became of forecasts</h3>
<p class="lead">Each band is what was forecast up to an hour before, each dot what came; a hollow one lies outside. Calibrated intervals hold their level in the long run.</p>
<div class="fans">${judged.map((load) => fan(load, judgedSteps(load), { colour: colourOf(load), text: heldText(load) }))}</div>
${tableBehind(dayTable(judged))}`
}
${factorTable(loads)}`,
  });
}

function outlookSteps({ history, startsAt, ahead }: TypeLoad): readonly Step[] {
  return [
    ...history.map(({ at, busySlots }) => ({ at, actual: busySlots })),
    ...ahead.map((expected, hour) => ({ at: startsAt + hour * 3_600_000, expected })),
  ];
}

function judgedSteps({ judged }: TypeLoad): readonly Step[] {
  return judged.map(({ at, actual, lower, point, upper }) => ({ at, actual, expected: { lower, point, upper } }));
}

function outlookText({ ahead }: TypeLoad): string {
  const most = Math.max(...ahead.map(({ upper }) => upper));
  return `at most ${most.toPrecision(2)} slots in two days`;
}

function heldText({ judged, level }: TypeLoad): string {
  const heldCount = judged.filter(wasHeld).length;
  return `${countText(heldCount)} of ${countText(judged.length)} inside their ${shareText(level)} intervals`;
}

function fan(
  { type }: TypeLoad,
  steps: readonly Step[],
  { colour, text }: { readonly colour: string; readonly text: string },
): Markup {
  const [first] = steps;
  const last = steps.at(-1);
  const top = Math.max(...steps.map(({ actual = 0, expected }) => Math.max(actual, expected?.upper ?? 0))) || 1;
  const from = first?.at ?? 0;
  const spanMs = Math.max(1, (last?.at ?? 0) - from);
  const x = (at: number) => PLOT.left + ((at - from) / spanMs) * (PLOT.width - PLOT.left - 8);
  const y = (slots: number) => PLOT.height - PLOT.bottom - (slots / top) * (PLOT.height - PLOT.bottom - PLOT.top);
  const expected = steps.filter((step) => step.expected);
  const line = (some: readonly Step[], of: (step: Step) => number | undefined) =>
    some.map((step) => `${x(step.at).toFixed(1)} ${y(of(step) ?? 0).toFixed(1)}`).join('L');
  const actual = steps.filter((step) => step.actual !== undefined);
  const isJudged = actual.some((step) => step.expected);
  return html`<figure class="fan"><figcaption><span class="swatch operation-${colour}"></span><b>${type}</b> <span class="muted">${text}</span></figcaption>
<svg role="img" aria-label="${type}: ${text}" viewBox="0 0 ${PLOT.width} ${PLOT.height}">
${[0, top].map((slots) => html`<path class="grid" d="M${PLOT.left} ${y(slots).toFixed(1)}H${PLOT.width}"/><text class="tick" x="${PLOT.left - 6}" y="${(y(slots) + 3.5).toFixed(1)}">${slots === 0 ? '0' : slots.toPrecision(2)}</text>`)}
<path class="band operation-${colour}" d="M${line(expected, (step) => step.expected?.upper)}L${line(expected.toReversed(), (step) => step.expected?.lower)}Z"/>
<path class="prediction operation-${colour}" d="M${line(expected, (step) => step.expected?.point)}"/>
${
  isJudged
    ? actual.map(
        ({ at, actual: slots = 0, expected: range }) =>
          html`<circle class="${range && range.lower <= slots && slots <= range.upper ? 'inside' : 'outside'} operation-${colour}" cx="${x(at).toFixed(1)}" cy="${y(slots).toFixed(1)}" r="2"/>`,
      )
    : actual.length > 0 &&
      html`<path class="prediction operation-${colour}" d="M${line(actual, (step) => step.actual)}"/>`
}
<text class="tick" x="${PLOT.width - 8}" y="${PLOT.height - 4}">${momentText(last?.at ?? 0).slice(5, 16)}</text>
</svg></figure>`;
}

/** Do the intervals hold what they promise, day by day. */
function dayTable(loads: readonly TypeLoad[]): Markup {
  return dataTable({
    caption: 'How forecasts of the load came true, by type and day',
    columns: [
      { title: 'Type' },
      { title: 'Day' },
      { title: 'Steps', numeric: true },
      { title: 'Inside', numeric: true },
      { title: 'Promised', numeric: true },
      { title: 'Surely between', numeric: true },
      { title: 'Error / repeating the last value', numeric: true },
    ],
    rows: loads.flatMap(({ type, days, level }) =>
      days.map(({ at, seenCount, missedCount, error, reference }) => {
        const { lower, upper } = wilsonInterval(seenCount - missedCount, seenCount);
        return [
          type,
          momentText(at).slice(0, 10),
          countText(seenCount),
          shareText(1 - missedCount / seenCount),
          shareText(level),
          `${shareText(lower)} and ${shareText(upper)}`,
          reference > 0 ? (error / reference).toFixed(2) : '–',
        ];
      }),
    ),
  });
}

function factorTable(loads: readonly TypeLoad[]): Markup {
  const rows = loads.flatMap(({ type, factors }) => factors.map((finding) => [type, ...factorCells(finding)]));
  if (rows.length === 0) return html`<p class="note">Correlations need four days of history.</p>`;
  return html`<h3>What the load goes with</h3>
<p class="lead">Correlations after the load's own past is taken off, the lag of greatest effect, p corrected for all that was tried, and how much less wrong a forecast with the factor was.</p>
${dataTable({
  caption: 'Outside factors and the load of each type',
  columns: [
    { title: 'Type' },
    { title: 'Factor' },
    { title: 'Kind' },
    { title: 'Effect', numeric: true },
    { title: 'Hours ahead', numeric: true },
    { title: 'Corrected p', numeric: true },
    { title: 'Gain', numeric: true },
  ],
  rows,
})}`;
}
