import { html, trusted } from './html.ts';
import { reportStyle } from './report-style.ts';

/** The page hears from where it came, and from nobody else. */
const CONTENT_POLICY =
  "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Texts of the run are set as text, never as markup. At the end the same address shows the report. */
const SCRIPT = `
const seconds = (ms) => (ms / 1000).toFixed(1) + ' s';
const rows = new Map();
const rowOf = (id) => {
  const known = rows.get(id);
  if (known) return known;
  const row = document.getElementById('operations').insertRow();
  const name = document.createElement('th');
  name.scope = 'row';
  name.textContent = id;
  row.append(name);
  const bar = document.createElement('progress');
  bar.setAttribute('aria-label', 'shards of ' + id);
  row.insertCell().append(bar);
  const count = row.insertCell();
  rows.set(id, { bar, count });
  return rows.get(id);
};
const source = new EventSource('/events');
source.addEventListener('progress', ({ data }) => {
  const { operations, elapsedMs, expectedMs, deadlineMs } = JSON.parse(data);
  for (const { id, total, done, running, failed } of operations) {
    const { bar, count } = rowOf(id);
    bar.max = Math.max(1, total);
    bar.value = done;
    count.textContent = done + ' of ' + total + (running ? ', ' + running + ' running' : '') + (failed ? ', ' + failed + ' failed' : '');
  }
  document.getElementById('time').textContent = seconds(elapsedMs) + ' gone, expected to end after ' + seconds(expectedMs) + ', deadline at ' + seconds(deadlineMs);
});
source.addEventListener('ended', () => { source.close(); location.reload(); });
source.addEventListener('stopped', () => { source.close(); document.getElementById('time').textContent = 'The run was stopped; it can be resumed.'; });
`;

/** How far a run is, as one page that follows it and turns into its report. */
export function livePage(run: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<title>${run}: live</title>
<style>${trusted(reportStyle)}</style>
</head>
<body>
<main id="report">
<header class="headline"><p class="eyebrow">Live</p><h1>${run}</h1>
<p class="statement" id="time" role="status">Being planned.</p></header>
<section aria-labelledby="operations-title"><h2 id="operations-title">Operations</h2>
<table><caption class="unseen">Shards of each operation</caption>
<thead><tr><th scope="col">Operation</th><th scope="col">Progress</th><th scope="col">Shards</th></tr></thead>
<tbody id="operations"></tbody></table></section>
</main>
<noscript>This page needs scripts to follow the run.</noscript>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.markup;
}
