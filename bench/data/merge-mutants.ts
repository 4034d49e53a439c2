import type { Mutant } from './protocol-mutants.ts';

const RUN = 'lib/run';

/** Ways to break the merging of shards that wait. */
export const MERGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a shard grows while somebody works at it',
    file: `${RUN}/decide-merge.ts`,
    find: `{ attribute: 'state', equals: 'READY' }] },`,
    replace: `{ attribute: 'state', oneOf: ['READY', 'RUNNING'] }] },`,
  },
  {
    name: 'a merge does not count as a decision',
    file: `${RUN}/decide-merge.ts`,
    find: `splitAt: endOf(next), cuts: merge, bytes`,
    replace: `splitAt: endOf(next), cuts: merge - 1, bytes`,
  },
  {
    name: 'a merge does not ask whether it was decided against',
    file: `${RUN}/decide-merge.ts`,
    find: `  if (head.cuts >= merge) return head;
  const undecided: Condition = { attribute: 'cuts', equals: merge - 1 };`,
    replace: `  if (head.absorbed?.has(next.shard)) return head;
  const undecided: Condition = { attribute: 'cuts', atLeast: merge - 1 };`,
  },
  {
    name: 'what another has taken in is ready again',
    file: `${RUN}/decide-merge.ts`,
    find: `if (!head.absorbed?.has(next.shard)) {`,
    replace: `if (head.state !== 'READY') {`,
  },
  {
    name: 'what was set aside is taken in without a decision',
    file: `${RUN}/decide-merge.ts`,
    find: `if (!head.absorbed?.has(next.shard)) {`,
    replace: `if (head.cuts < merge) {`,
  },
  {
    name: 'a running shard is set aside',
    file: `${RUN}/merge-shards.ts`,
    find: `{ all: [{ attribute: 'state', equals: 'READY' }, endsAt(endOf(next))] }`,
    replace: `{ all: [{ attribute: 'state', oneOf: ['READY', 'RUNNING'] }, endsAt(endOf(next))] }`,
  },
  {
    name: 'what is set aside stays in the ready queue',
    file: `${RUN}/merge-shards.ts`,
    find: `, remove: ['queue', 'rank'] },`,
    replace: ` },`,
  },
  {
    name: 'an index for which a successor waits is merged into another',
    file: `${RUN}/merge-shards.ts`,
    find: `.feeds.length > 0;`,
    replace: `.feeds.length < 0;`,
  },
  {
    name: 'the sweep leaves half merged shards',
    file: `${RUN}/sweep-run.ts`,
    find: `    ...undecidedMerges(table, view, now),
`,
    replace: '',
  },
  {
    name: 'the cursor stops where the shard ended before it grew',
    file: `${RUN}/advance-cursor.ts`,
    find: `      { attribute: 'splitAt', atLeast: cursor },
      {
        all: [
          { attribute: 'splitAt', exists: false },`,
    replace: `      {
        all: [`,
  },
  {
    name: 'outputs of what was taken in stay',
    file: `${RUN}/remove-orphans.ts`,
    find: `if (state === 'POISONED' || state === 'REMOVED') return`,
    replace: `if (state === 'POISONED') return`,
  },
];
