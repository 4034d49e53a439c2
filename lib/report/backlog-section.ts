import type { BacklogReport, Lag } from './backlog-report.ts';
import { dataTable } from './data-table.ts';
import { html, type Markup } from './html.ts';
import type { RunReport } from './run-report.ts';
import { section, tableBehind } from './section.ts';
import { bytesText } from './text/bytes-text.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';
import { shareText } from './text/share-text.ts';

const PLOT = { width: 680, height: 190, left: 64, right: 64, bottom: 22, top: 8 } as const;

/** Backlogs of the run: what arrived, how long it took, and the patent's controller on the same arrivals; nothing without one. */
export function backlogSection({ backlogs, startedAt }: RunReport): Markup | undefined {
  if (backlogs.length === 0) return undefined;
  return section({
    id: 'backlog',
    title: 'Backlog',
    lead: 'Objects that kept arriving while the run went on. The lag of an object is the time from its arrival to the commit of its shard; what lay there before counts from the start of the run.',
    body: backlogs.map(
      (backlog) => html`<h3>${backlog.operation}</h3>
${picture(backlog)}
${comparison(backlog)}
${tableBehind(stepTable(backlog, startedAt))}`,
    ),
  });
}

function picture({ operation, steps, objectiveMs, lag }: BacklogReport): Markup {
  const mostBytes = Math.max(1, ...steps.map(({ bytes, expectedBytes }) => Math.max(bytes, expectedBytes)));
  const mostMs = Math.max(objectiveMs, lag.maxMs) * 1.05;
  const room = PLOT.width - PLOT.left - PLOT.right;
  const floor = PLOT.height - PLOT.bottom;
  const width = room / steps.length;
  const x = (index: number) => PLOT.left + index * width;
  const up = (share: number) => floor - share * (floor - PLOT.top);
  const byBytes = (bytes: number) => up(bytes / mostBytes).toFixed(1);
  const byLag = (lagMs: number) => up(lagMs / mostMs).toFixed(1);
  const bars = steps.map(({ bytes }, index) => {
    const top = byBytes(bytes);
    return html`<rect class="operation-0" x="${(x(index) + 0.1 * width).toFixed(1)}" y="${top}" width="${(0.8 * width).toFixed(1)}" height="${(floor - Number(top)).toFixed(1)}"/>`;
  });
  const expected = steps.map(
    ({ expectedBytes }, index) => `M${x(index).toFixed(1)} ${byBytes(expectedBytes)}h${width.toFixed(1)}`,
  );
  const dots = steps.map(
    ({ maxLagMs }, index) =>
      maxLagMs !== undefined &&
      html`<circle class="${maxLagMs <= objectiveMs ? 'inside' : 'outside'} operation-1" cx="${(x(index) + width / 2).toFixed(1)}" cy="${byLag(maxLagMs)}" r="3"/>`,
  );
  const text = `${operation}: ${countText(steps.length)} steps, at most ${bytesText(mostBytes)} in one; the longest lag was ${durationText(lag.maxMs)}, ${durationText(objectiveMs)} were allowed`;
  return html`<p class="lead">Bars: bytes that arrived in each step (left), with a line where they were expected before the run. Dots: the longest lag of a step's objects (right), hollow beyond the dashed line of the objective.</p>
<figure class="backlog"><svg role="img" aria-label="${text}" viewBox="0 0 ${PLOT.width} ${PLOT.height}">
${bars}
<path class="prediction operation-0" d="${expected.join('')}"/>
<path class="grid" stroke-dasharray="5 4" d="M${PLOT.left} ${byLag(objectiveMs)}H${PLOT.width - PLOT.right}"/>
${dots}
<text class="tick" x="${PLOT.left - 6}" y="${PLOT.top + 10}">${bytesText(mostBytes)}</text>
<text class="tick" x="${PLOT.width - 4}" y="${byLag(objectiveMs)}">${durationText(objectiveMs)}</text>
</svg></figure>`;
}

function comparison({ operation, lag, patent, objectiveMs, objectCount }: BacklogReport): Markup {
  return dataTable({
    caption: `Lag of the objects of ${operation}`,
    columns: [
      { title: `${countText(objectCount)} objects` },
      { title: 'Median', numeric: true },
      { title: '95 % within', numeric: true },
      { title: 'Longest', numeric: true },
      { title: `Within ${durationText(objectiveMs)}`, numeric: true },
      { title: 'Slot time', numeric: true },
    ],
    rows: [lagRow('this run, measured', lag), lagRow('US patent 11233738 on the same arrivals, simulated', patent)],
  });
}

function lagRow(name: string, { medianMs, p95Ms, maxMs, withinShare, slotMs }: Lag) {
  const times = [medianMs, p95Ms, maxMs].map(durationText);
  return [name, ...times, shareText(withinShare), durationText(slotMs)];
}

function stepTable({ operation, steps }: BacklogReport, startedAt: number): Markup {
  return dataTable({
    caption: `Steps of ${operation}`,
    columns: [
      { title: 'Taken in' },
      { title: 'Arrived', numeric: true },
      { title: 'Expected', numeric: true },
      { title: 'Longest lag', numeric: true },
    ],
    rows: steps.map(({ at, bytes, expectedBytes, maxLagMs }) => [
      `+${durationText(at - startedAt)}`,
      bytesText(bytes),
      bytesText(expectedBytes),
      maxLagMs === undefined ? '' : durationText(maxLagMs),
    ]),
  });
}
