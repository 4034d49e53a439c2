import { dataTable } from './data-table.ts';
import { html, type Markup } from './html.ts';
import type { PoisonedShard, RunReport } from './run-report.ts';
import { section } from './section.ts';
import { countText } from './text/count-text.ts';

/** Shards that failed every attempt, with the part of the input that they choked on; nothing when there are none. */
export function poisonedTable({ poisoned }: RunReport): Markup | undefined {
  if (poisoned.length === 0) return undefined;
  return section({
    id: 'poisoned',
    title: 'Poisoned shards',
    lead: 'These failed every attempt and were set aside; the rest of the run went on as far as it could. Mend the input or the task, then resume the run.',
    body: dataTable({
      caption: 'Poisoned shards with their input and their error',
      columns: [
        { title: 'Shard' },
        { title: 'Input' },
        { title: 'Attempts', numeric: true },
        { title: 'Error' },
        { title: 'Message' },
      ],
      rows: poisoned.map((shard) => [
        shard.shard,
        rangeText(shard),
        countText(shard.attempts),
        html`<code>${shard.error.name}</code>`,
        shard.error.message,
      ]),
    }),
  });
}

function rangeText({ range }: PoisonedShard): string {
  const units =
    range.unit === 'whole' ? 'all of it' : `${range.unit} ${countText(range.start)} to ${countText(range.end)}`;
  return range.objects.length === 0 ? units : `${units} of ${range.objects.join(', ')}`;
}
