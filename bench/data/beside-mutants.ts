import type { Mutant } from './protocol-mutants.ts';

/** Ways to break the start and the end of slots. */
export const SLOT_MUTANTS: readonly Mutant[] = [
  {
    name: 'a slot is written only when it has started',
    file: 'lib/run/start-slots.ts',
    find: `    await writeSlot(table, record);
    await executions`,
    replace: `    setTimeout(() => writeSlot(table, record), 0);
    await executions`,
  },
  {
    name: 'every dispatch starts all slots that the plan grants',
    file: 'lib/run/missing-slots.ts',
    find: `Math.max(0, wanted - live)`,
    replace: `Math.max(0, live < wanted ? wanted : 0)`,
  },
  {
    name: 'the name of a slot that has ended is used again',
    file: 'lib/run/missing-slots.ts',
    find: `slotName(run, pool.id, own.length + index)`,
    replace: `slotName(run, pool.id, live + index)`,
  },
  {
    name: 'a dropped slot goes on',
    file: 'lib/run/slot-watch.ts',
    find: `record?.droppedAt !== undefined || `,
    replace: '',
  },
  {
    name: 'the call of a slot that has ended goes on',
    file: 'lib/run/slot-watch.ts',
    find: ` || record?.status === 'ENDED'`,
    replace: '',
  },
  {
    name: 'slots are taken for dead while they run',
    file: 'lib/recover/free-shards.ts',
    find: `if (execution?.status === 'RUNNING') continue;`,
    replace: `if (execution === undefined) continue;`,
  },
  {
    name: 'a slot does not see that its run has ended',
    file: 'lib/run/work-slot.ts',
    find: `const over = ended || (`,
    replace: `const over = (`,
  },
  {
    name: 'slots that have died keep their place',
    file: 'lib/recover/free-shards.ts',
    find: `    await endSlot(services.table, slot);
  }
}

/** What can be told`,
    replace: `  }
}

/** What can be told`,
  },
];

/** Ways to break the intake of backlogs. */
export const INTAKE_MUTANTS: readonly Mutant[] = [
  {
    name: 'what a step brought is listed over what was listed',
    file: 'lib/run/backlog/intake-record.ts',
    find: `body, { ifAbsent: true }`,
    replace: `body, {}`,
  },
  {
    name: 'what is in a step already is listed again',
    file: 'lib/run/backlog/take-in.ts',
    find: `.filter((info) => !known.has(info.location))`,
    replace: '',
  },
  {
    name: 'a step is taken in before it is complete',
    file: 'lib/run/backlog/take-in.ts',
    find: `closesAt(taken.length) <= clock.now()`,
    replace: `closesAt(taken.length) <= clock.now() + 500`,
  },
  {
    name: 'a step is written down over itself',
    file: 'lib/run/backlog/take-in.ts',
    find: `...record }, { attribute: 'run', exists: false });`,
    replace: `...record });`,
  },
  {
    name: 'a cut that another has made ahead is bad input',
    file: 'lib/run/cut-shard.ts',
    find: `    if (head !== shard && at >= endOf(head)) continue;
`,
    replace: '',
  },
];

/** Ways to break the turns and the writes of the reserver. */
export const RESERVER_MUTANTS: readonly Mutant[] = [
  {
    name: 'a turn is taken from whoever has it',
    file: 'lib/run/reserver-store.ts',
    find: `{ attribute: 'busyUntil', lessThan: now },`,
    replace: `{ attribute: 'busyUntil', atLeast: 0 },`,
  },
  {
    name: 'a turn is ended by whoever had it before',
    file: 'lib/run/reserver-store.ts',
    find: `{ set: { state, busyUntil: 0 } }, { attribute: 'owner', equals: owner });`,
    replace: `{ set: { state, busyUntil: 0 } });`,
  },
  {
    name: 'a reserver that was stopped has its turn',
    file: 'lib/run/reserver-store.ts',
    find: `despiteStop ? free : { all: [free, { attribute: 'stoppedBy', exists: false }] },`,
    replace: `free,`,
  },
  {
    name: 'writes to the control plane follow each other at once',
    file: 'lib/plan/apply-concurrency.ts',
    find: `Math.max(0, last + WRITE_SPACING_MS - clock.now())`,
    replace: `0`,
  },
  {
    name: 'a reserver writes on when its turn is over',
    file: 'lib/plan/apply-concurrency.ts',
    find: ` || clock.now() >= until`,
    replace: '',
  },
  {
    name: 'increases are written first',
    file: 'lib/plan/reconcile-concurrency.ts',
    find: `[...steps.filter((step) => !raises(step)), ...steps.filter(raises)]`,
    replace: `[...steps.filter(raises), ...steps.filter((step) => !raises(step))]`,
  },
  {
    name: 'a roll-back takes what a running plan needs',
    file: 'lib/plan/apply-concurrency.ts',
    find: `(growth(step) >= 0 || (step.to ?? 0) >= step.needCount)`,
    replace: `true`,
  },
];
