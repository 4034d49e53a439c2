import { INTAKE_MUTANTS, RESERVER_MUTANTS, SLOT_MUTANTS } from './beside-mutants.ts';
import { MERGE_MUTANTS } from './merge-mutants.ts';

/** One way to break the protocol: a text that stands in a file exactly once, and what to put there. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const RUN = 'lib/run';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the fence does not look at the epoch or the owner',
    file: `${RUN}/lease.ts`,
    find: `      { attribute: 'epoch', equals: epoch },
      { attribute: 'owner', equals: owner },
`,
    replace: '',
  },
  {
    name: 'a claim does not raise the epoch',
    file: `${RUN}/claim-shard.ts`,
    find: `        epoch: shard.epoch + 1,`,
    replace: `        epoch: Math.max(1, shard.epoch),`,
  },
  {
    name: 'a claim does not look whether the shard is still as it was read',
    file: `${RUN}/claim-shard.ts`,
    find: `    takesOver ? leaseRanOut(shard, request.now - request.graceMs) : stillReady(shard),`,
    replace: `    takesOver ? leaseRanOut(shard, request.now - request.graceMs) : { attribute: 'run', exists: true },`,
  },
  {
    name: 'a lost answer of a claim is recognised by the epoch alone',
    file: `${RUN}/lease.ts`,
    find: `shard.epoch === lease.epoch && shard.owner === lease.owner`,
    replace: `shard.epoch === lease.epoch`,
  },
  {
    name: 'a lease that ends this very moment is taken (<= for <)',
    file: `${RUN}/claim-shard.ts`,
    find: `attribute: 'leaseUntil', lessThan: before`,
    replace: `attribute: 'leaseUntil', atMost: before`,
  },
  {
    name: 'the grace is forgotten',
    file: `${RUN}/claim-shard.ts`,
    find: `leaseRanOut(shard, request.now - request.graceMs)`,
    replace: `leaseRanOut(shard, request.now)`,
  },
  {
    name: 'a release asks nobody for the owner',
    file: `${RUN}/release-shard.ts`,
    find: `const conditions: Condition[] = [heldUnder(lease)];`,
    replace: `const conditions: Condition[] = [{ attribute: 'state', equals: 'RUNNING' }];`,
  },
  {
    name: 'a release by the sweep does not look at the lease again',
    file: `${RUN}/release-shard.ts`,
    find: `if (request.leaseEndedBefore !== undefined) {`,
    replace: `if (request.leaseEndedBefore === Number.NEGATIVE_INFINITY) {`,
  },
  {
    name: 'the worker reads on beyond splitAt',
    file: `${RUN}/advance-cursor.ts`,
    find: `      { attribute: 'splitAt', atLeast: cursor },`,
    replace: `          { attribute: 'splitAt', exists: true },`,
  },
  {
    name: 'a late heartbeat moves the cursor back',
    file: `${RUN}/advance-cursor.ts`,
    find: `{ attribute: 'cursor', atMost: cursor }, `,
    replace: '',
  },
  {
    name: 'a commit does not look where the shard ends now',
    file: `${RUN}/commit-shard.ts`,
    find: `{ attribute: 'cursor', equals: cursor }, endsAt(cursor)`,
    replace: `{ attribute: 'cursor', equals: cursor }`,
  },
  {
    name: 'a cut does not look at the cursor',
    file: `${RUN}/decide-cut.ts`,
    find: `undecided(cuts), leavesTo(tail.range.start), startable(epoch)`,
    replace: `undecided(cuts), startable(epoch)`,
  },
  {
    name: 'a shard that is over is cut',
    file: `${RUN}/decide-cut.ts`,
    find: `undecided(cuts), leavesTo(tail.range.start), startable(epoch)`,
    replace: `undecided(cuts), leavesTo(tail.range.start)`,
  },
  {
    name: 'a cut that was refused may still be decided for',
    file: `${RUN}/decide-cut.ts`,
    find: `await table.update(key, { set: { cuts } }, undecided(cuts));`,
    replace: `{ item: accepted.item };`,
  },
  {
    name: 'the tail enters its index only when it is opened',
    file: `${RUN}/decide-cut.ts`,
    find: `  await changeItem(table, shardKey(tail.run, tail.root), { add: { leaves: new Set([tail.shard]) } });
  const parent = await decided(table, tail, deciding.epoch);`,
    replace: `  const parent = await decided(table, tail, deciding.epoch);
  await changeItem(table, shardKey(tail.run, tail.root), { add: { leaves: new Set([tail.shard]) } });`,
  },
  {
    name: 'a tail is opened without its cut',
    file: `${RUN}/split-shard.ts`,
    find: `needs: [...inherited, splitNeed(id)],`,
    replace: `needs: inherited,`,
  },
  {
    name: 'done indexes are counted, not collected',
    file: `${RUN}/settle-index.ts`,
    find: "addition('done', String(root.index))",
    replace: "addition('done', String(root.index) + Math.floor(now))",
  },
  {
    name: 'an index is done with its first leaf',
    file: `${RUN}/shard-record.ts`,
    find: `return root.leaves.size > 0 && covers(root.doneLeaves, root.leaves);`,
    replace: `return root.doneLeaves.size > 0;`,
  },
  {
    name: 'a shard opens with any need that is met',
    file: `${RUN}/open-shard.ts`,
    find: `const opens = covers(seen.met.union(news.met), seen.needs);`,
    replace: `const opens = seen.met.union(news.met).size > 0;`,
  },
  {
    name: 'a shard is opened into the queue of an older plan',
    file: `${RUN}/open-shard.ts`,
    find: `      { attribute: 'memoryTierMiB', equals: shard.memoryTierMiB },
      { attribute: 'plannedRank', equals: shard.rank },
`,
    replace: '',
  },
  {
    name: 'a plan moves shards that are claimed',
    file: `${RUN}/update-plan.ts`,
    find: `        { attribute: 'state', equals: shard.state },
`,
    replace: '',
  },
  {
    name: 'the sweep leaves cuts undecided',
    file: `${RUN}/sweep-run.ts`,
    find: `    ...undecidedCuts(table, view, now),
`,
    replace: '',
  },
  {
    name: 'the sweep does not enter what is done into its index',
    file: `${RUN}/sweep-run.ts`,
    find: `    ...unsettledLeaves(table, view, now),
`,
    replace: '',
  },
  {
    name: 'the sweep does not look at chunks and operations',
    file: `${RUN}/sweep-run.ts`,
    find: `    ...unsettledOperations(table, view, now),
`,
    replace: '',
  },
  {
    name: 'a canary of an operation that can never begin is waited for',
    file: `${RUN}/run-progress.ts`,
    find: `whole && barred !== 'doomed' ? []`,
    replace: `whole ? []`,
  },
  {
    name: 'a run is created over itself',
    file: `${RUN}/create-run.ts`,
    find: `const write = await table.put(item, { attribute: 'partition', exists: false });`,
    replace: `const write = await table.put(item);`,
  },
  {
    name: 'the ledger is written over what another run wrote meanwhile',
    file: `${RUN}/ledger-store.ts`,
    find: `item ? { attribute: 'version', equals: version } : { attribute: 'version', exists: false },`,
    replace: `item ? { attribute: 'version', exists: true } : { attribute: 'version', exists: false },`,
  },
  {
    name: 'slots are granted that another run holds',
    file: 'lib/plan/grant-slots.ts',
    find: `if (hold.slotCount <= freeSlotCount) return`,
    replace: `if (hold.slotCount <= ledger.slotMax) return`,
  },
  {
    name: 'a new plan holds its slots on top of those of the one before',
    file: 'lib/plan/take-slots.ts',
    find: `ledger: releaseSlots(there, turn.run)`,
    replace: `ledger: there`,
  },
  {
    name: 'a run that ends keeps its slots',
    file: 'lib/recover/end-run.ts',
    find: `const held = ledger.holds.some((hold) => hold.run === run);`,
    replace: `const held = ledger.holds.every((hold) => hold.run === run);`,
  },
  {
    name: 'a run that ends gives back the slots of all',
    file: 'lib/recover/end-run.ts',
    find: `ledger: releaseSlots(ledger, run), answer`,
    replace: `ledger: { ...ledger, holds: [] }, answer`,
  },
  {
    name: 'a second execution carries out a run that another one carries out',
    file: `${RUN}/active-run.ts`,
    find: `!(await entry.isOver(found.execution))`,
    replace: `(await entry.isOver(found.execution)) === undefined`,
  },
  {
    name: 'whoever clears up is taken for dead at once',
    file: `${RUN}/active-run.ts`,
    find: `{ attribute: 'closingUntil', lessThan: now }`,
    replace: `{ attribute: 'closingUntil', atLeast: 0 }`,
  },
  {
    name: 'an execution takes the run of another one off the list',
    file: `${RUN}/active-run.ts`,
    find: `await table.delete(keyOf(run), { attribute: 'execution', equals: execution });`,
    replace: `await table.delete(keyOf(run));`,
  },
  {
    name: 'the sweep gives back whatever a run holds that was seen without an execution',
    file: 'lib/recover/sweep-runs.ts',
    find: `run === hold.run && from === hold.from && until === hold.until`,
    replace: `run === hold.run`,
  },
  {
    name: 'the sweep ends runs that go on',
    file: 'lib/recover/sweep-runs.ts',
    find: `if (await executionIsOver(active.execution, services)) {`,
    replace: `if (!(await executionIsOver(active.execution, services))) {`,
  },
  {
    name: 'a copy commits a shard that is over',
    file: `${RUN}/commit-shard.ts`,
    find: `{ all: [{ attribute: 'state', oneOf: ['READY', 'RUNNING'] }, endsAt(cursor)] }`,
    replace: `endsAt(cursor)`,
  },
  {
    name: 'a copy commits a shard that was cut meanwhile',
    file: `${RUN}/commit-shard.ts`,
    find: `{ all: [{ attribute: 'state', oneOf: ['READY', 'RUNNING'] }, endsAt(cursor)] }`,
    replace: `{ attribute: 'state', oneOf: ['READY', 'RUNNING'] }`,
  },
  {
    name: 'a copy lets its shard run on',
    file: `${RUN}/commit-shard.ts`,
    find: `set: { state: 'DONE', output, doneAt: now, ...(isCopy(shard) && { copy: shard, owner, cursor }) },`,
    replace: `set: { ...(!isCopy(shard) && { state: 'DONE' }), output, doneAt: now, ...(isCopy(shard) && { copy: shard, owner, cursor }) },`,
  },
  {
    name: 'a copy that somebody has claimed is dropped',
    file: `${RUN}/copy-shard.ts`,
    find: `    { attribute: 'state', equals: 'READY' },`,
    replace: `    { attribute: 'run', exists: true },`,
  },
  {
    name: 'a copy is made over the one before',
    file: `${RUN}/copy-shard.ts`,
    find: `, { attribute: 'partition', exists: false });`,
    replace: `);`,
  },
  {
    name: 'copies that can no longer win wait for ever',
    file: `${RUN}/sweep-run.ts`,
    find: `    ...idleCopies(table, view),
`,
    replace: '',
  },
  {
    name: 'the loser leaves its output under the key of the winner',
    file: `${RUN}/store-output.ts`,
    find: `\`\${outputPrefix(run)}\${shard}/\${epoch}\``,
    replace: `\`\${outputPrefix(run)}\${shard.split('~')[0]}/\${epoch}\``,
  },
  {
    name: 'two epochs write to the same key',
    file: `${RUN}/store-output.ts`,
    find: `\`\${outputPrefix(run)}\${shard}/\${epoch}\``,
    replace: `\`\${outputPrefix(run)}\${shard}/\${Math.min(epoch, 1)}\``,
  },
  {
    name: 'outputs are taken for orphans before their shard is over',
    file: `${RUN}/remove-orphans.ts`,
    find: `return kept !== undefined && kept !== location;`,
    replace: `return kept !== location;`,
  },
  {
    name: 'outputs of attempts that died stay',
    file: `${RUN}/remove-orphans.ts`,
    find: `return kept !== undefined && kept !== location;`,
    replace: `return kept === NOWHERE;`,
  },
  ...MERGE_MUTANTS,
  ...SLOT_MUTANTS,
  ...INTAKE_MUTANTS,
  ...RESERVER_MUTANTS,
];
