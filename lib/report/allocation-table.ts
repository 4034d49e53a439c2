import type { SlotGrant } from '../plan/plan.ts';
import { dataTable } from './data-table.ts';
import { html, type Markup } from './html.ts';
import type { RunReport } from './run-report.ts';
import { section } from './section.ts';
import { admissionText } from './text/admission-text.ts';
import { durationText } from './text/duration-text.ts';
import { shardsText } from './text/shards-text.ts';

const VERDICTS = {
  waiting: 'still on trial in the last plan',
  promoted: 'trusted after its trial',
  demoted: 'not trusted: a larger tier was asked for',
};

/** What the allocator decided: slots that were granted, in the first plan and in the last, shards that had to wait, and trials. */
export function allocationTable(report: RunReport): Markup {
  const { plan, promise, startedAt } = report;
  const changed = plan.generation > 1;
  const grants = [
    ...promise.grants.map((grant) => grantRow('first plan', grant, startedAt)),
    ...(changed ? plan.grants.map((grant) => grantRow(`plan ${plan.generation}`, grant, startedAt)) : []),
  ];
  const queued = plan.queue.map(({ shard, expectedStartAt }) => [
    shard,
    'waited for slots of other runs',
    `expected to start at +${durationText(expectedStartAt - startedAt)}`,
  ]);
  const trials = plan.canaries.map(({ type, shards, verdict }) => [
    type,
    `${shardsText(shards.length)} went first`,
    VERDICTS[verdict],
  ]);
  return section({
    id: 'allocation',
    title: 'Allocation',
    lead: `${sentence(admissionText(promise.admission, promise.madeAt))}; ${slotsText(promise.grants)} granted by the first plan; ${plan.queue.length === 0 ? 'no shard had to wait for other runs' : `${shardsText(plan.queue.length)} had to wait for other runs`} in the last one; ${trials.length === 0 ? 'no type was on trial' : `types on trial: ${trials.length}`}.`,
    body: html`${dataTable({
      caption: 'Slots granted, by plan',
      columns: [
        { title: 'Plan' },
        { title: 'Pool' },
        { title: 'Slots', numeric: true },
        { title: 'From', numeric: true },
        { title: 'Until', numeric: true },
      ],
      rows: grants,
    })}
${
  queued.length + trials.length > 0 &&
  dataTable({
    caption: 'Shards that waited, and types on trial',
    columns: [{ title: 'What' }, { title: 'Decision' }, { title: 'Outcome' }],
    rows: [...trials, ...queued],
  })
}`,
  });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function grantRow(plan: string, { pool, slotCount, from, until }: SlotGrant, startedAt: number) {
  return [plan, pool, slotCount, `+${durationText(from - startedAt)}`, `+${durationText(until - startedAt)}`];
}

function slotsText(grants: readonly SlotGrant[]): string {
  const count = grants.reduce((sum, { slotCount }) => sum + slotCount, 0);
  return count === 1 ? '1 slot' : `${count} slots`;
}
