import { wasHeld } from '../forecast/judged-step.ts';
import { dataTable } from './data-table.ts';
import { factorCells } from './factor-cells.ts';
import { type FanPoint, fanChart, highestOf } from './fan-chart.ts';
import { html, type Markup } from './html.ts';
import { OTHER_COLOUR, operationColours } from './operation-colours.ts';
import type { RunReport } from './run-report.ts';
import { section, tableBehind } from './section.ts';
import { countText } from './text/count-text.ts';
import { momentText } from './text/moment-text.ts';
import { shareText } from './text/share-text.ts';
import type { TypeLoad } from './type-load.ts';
import { wilsonInterval } from './wilson-interval.ts';

const HOUR_MS = 3_600_000;

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
    body: html`<div class="fans">${loads.map((load) => fan(load, outlookPoints(load), { colour: colourOf(load), note: outlookText(load) }))}</div>
${
  judged.length > 0 &&
  html`<h3>What became of forecasts</h3>
<p class="lead">Each band is what was forecast up to an hour before, each dot what came; a hollow one lies outside. Calibrated intervals hold their level in the long run.</p>
<div class="fans">${judged.map((load) => fan(load, judgedPoints(load), { colour: colourOf(load), note: heldText(load) }))}</div>
${tableBehind(dayTable(judged))}`
}
${factorTable(loads)}`,
  });
}

function outlookPoints({ history, startsAt, ahead }: TypeLoad): readonly FanPoint[] {
  return [
    ...history.map(({ at, busySlots }) => ({ at, actual: busySlots })),
    ...ahead.map((expected, hour) => ({ at: startsAt + hour * HOUR_MS, expected })),
  ];
}

function judgedPoints({ judged }: TypeLoad): readonly FanPoint[] {
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
  points: readonly FanPoint[],
  { colour, note }: { readonly colour: string; readonly note: string },
): Markup {
  const highest = highestOf(points) || 1;
  return fanChart({
    title: type,
    colour,
    note,
    points,
    highest,
    grid: [0, highest],
    valueText: (slots) => (slots === 0 ? '0' : slots.toPrecision(2)),
    end: momentText(points.at(-1)?.at ?? 0).slice(5, 16),
  });
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
