import { dataTable } from './data-table.ts';
import { html, type Markup } from './html.ts';
import type { RunReport } from './run-report.ts';
import { section } from './section.ts';
import { costText } from './text/cost-text.ts';
import { durationText } from './text/duration-text.ts';

/** Every decision of the resharder with the numbers that it was taken on, and those that were not taken. */
export function decisionTable({ decisions, startedAt }: RunReport): Markup {
  const takenCount = decisions.filter(({ taken }) => taken).length;
  return section({
    id: 'decisions',
    title: 'Re-shard decisions',
    lead:
      decisions.length === 0
        ? 'The run kept to its plan: nothing had to be decided.'
        : `${takenCount} of ${decisions.length} changes were worth their cost and were made.`,
    body:
      decisions.length > 0 &&
      dataTable({
        caption: 'Re-shard decisions in order of time',
        columns: [
          { title: 'At', numeric: true },
          { title: 'Change' },
          { title: 'Where' },
          { title: 'Made' },
          { title: 'Gain', numeric: true },
          { title: 'Cost', numeric: true },
          { title: 'Time saved', numeric: true },
          { title: 'Reason' },
        ],
        rows: decisions.map((decision) => [
          `+${durationText(decision.at - startedAt)}`,
          decision.change,
          decision.shard ?? decision.operation ?? 'the run',
          decision.taken ? html`<span class="tag good">made</span>` : html`<span class="tag">not made</span>`,
          costText(decision.gainUsd),
          costText(decision.costUsd),
          durationText(decision.savedMs),
          decision.reason,
        ]),
      }),
  });
}
