import { allocationTable } from './allocation-table.ts';
import { backlogSection } from './backlog-section.ts';
import { calibrationChart } from './calibration-chart.ts';
import { clientScript } from './client/client-script.ts';
import { costChart } from './cost-chart.ts';
import { criticalPathChart } from './critical-path-chart.ts';
import { decisionTable } from './decision-table.ts';
import { forecastChart } from './forecast-chart.ts';
import { headline } from './headline.ts';
import { html, type Markup, trusted } from './html.ts';
import { loadSection } from './load-section.ts';
import { operationTable } from './operation-table.ts';
import { outputList } from './output-list.ts';
import { poisonedTable } from './poisoned-table.ts';
import { reportStyle } from './report-style.ts';
import type { RunReport } from './run-report.ts';
import { momentText } from './text/moment-text.ts';
import { timelineChart } from './timeline-chart.ts';
import { tradeOffChart } from './trade-off-chart.ts';

/** Nothing is fetched and nothing is sent: even a browser that is asked to will refuse. */
const CONTENT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const VIEWS = [
  ['timeline', 'Timeline'],
  ['operations', 'Operations'],
  ['backlog', 'Backlog'],
  ['path', 'Critical path'],
  ['forecast', 'Forecast'],
  ['calibration', 'Calibration'],
  ['load', 'Load'],
  ['allocation', 'Allocation'],
  ['decisions', 'Decisions'],
  ['poisoned', 'Poisoned'],
  ['cost', 'Cost'],
  ['trade-off', 'Trade-off'],
  ['outputs', 'Outputs'],
] as const;

/**
 * Shows a run as one HTML page that needs nothing else: no network, no other file.
 *
 * @param store what stands in front of the locations of outputs: a folder of this machine, or a bucket
 * @returns a whole document; every text that comes from the run is escaped
 * @complexity O(n log n) in the number of attempts; about 23 bytes of page for each
 */
export function htmlReport(report: RunReport, store = ''): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<title>${report.workflow}: run ${report.run}</title>
<style>${trusted(reportStyle)}</style>
</head>
<body>
<a class="skip" href="#report">Skip to the report</a>
${navigation(report)}
<main id="report">
${headline(report)}
${timelineChart(report)}
${operationTable(report)}
${backlogSection(report)}
${criticalPathChart(report)}
${forecastChart(report)}
${calibrationChart(report)}
${loadSection(report)}
${allocationTable(report)}
${decisionTable(report)}
${poisonedTable(report)}
${costChart(report)}
${tradeOffChart(report)}
${outputList(report, store)}
</main>
<footer>Run ${report.run} of ${report.workflow}, ${momentText(report.startedAt)} to ${momentText(report.endedAt)}. Made by Foreshard.</footer>
<script>${trusted(clientScript)}</script>
</body>
</html>
`;
  return page.markup;
}

function navigation({ poisoned, backlogs, tradeOff, loads }: RunReport): Markup {
  const empty = new Set([
    poisoned.length === 0 && 'poisoned',
    backlogs.length === 0 && 'backlog',
    loads.length === 0 && 'load',
    tradeOff.length < 2 && 'trade-off',
  ]);
  const views = VIEWS.filter(([id]) => !empty.has(id));
  return html`<nav aria-label="Views of the report"><ul><li><a class="home" href="#report">Foreshard</a></li>${views.map(
    ([id, title]) => html`<li><a href="#${id}">${title}</a></li>`,
  )}</ul></nav>`;
}
