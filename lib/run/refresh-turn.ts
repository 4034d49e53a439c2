import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';

const KEY = { partition: 'REFRESHER', sort: 'TURN' };

interface Turn {
  /** The execution; all its calls have one turn together. */
  readonly owner: string;
  readonly now: EpochMs;
  /** An execution from which nothing came for so long has died. */
  readonly turnMs: DurationMs;
}

/**
 * Takes the turn to refresh profiles, or goes on with it: two refreshes at once would read the same metrics twice, and
 * one could put back what the other has stored.
 *
 * @returns false while another execution has it
 */
export async function takeRefreshTurn(table: Table, { owner, now, turnMs }: Turn): Promise<boolean> {
  const write = await table.update(
    KEY,
    { set: { owner, until: now + turnMs } },
    {
      any: [
        { attribute: 'owner', exists: false },
        { attribute: 'owner', equals: owner },
        { attribute: 'until', lessThan: now },
      ],
    },
  );
  return write.applied || write.item?.owner === owner;
}

/** Leaves the turn to the next execution; one that was taken over meanwhile changes nothing. */
export async function endRefreshTurn(table: Table, owner: string): Promise<void> {
  await table.update(KEY, { set: { until: 0 } }, { attribute: 'owner', equals: owner });
}
