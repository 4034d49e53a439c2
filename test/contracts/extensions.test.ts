import fc from 'fast-check';
import '../../examples/extending/extensions.test.ts';
import { zlibCodecs as codecs } from '../../lib/adapters/zlib-codecs.ts';
import { naive, seasonalNaive, slotMedian } from '../../lib/forecast/models/baselines.ts';
import { latestStart } from '../../lib/plan/priority-policy.ts';
import { probeLayout } from '../../lib/run/input/probe-layout.ts';
import { readRange } from '../../lib/run/input/read-range.ts';
import { earliestDeadline, firstCome, upwardRank } from '../../lib/simulate/claim-policies.ts';
import { logsExtract } from '../../lib/tasks/logs/extract.ts';
import { type LogFact, mergeFacts } from '../../lib/tasks/logs/incident.ts';
import type { DataSource } from '../../lib/workflow/definition.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { claimPolicyContract } from './claim-policy-contract.ts';
import { pointModelContract } from './point-model-contract.ts';
import { priorityContract } from './priority-contract.ts';
import { sourceContract } from './source-contract.ts';
import { taskContract } from './task-contract.ts';

/** The suites of docs/extending.md over its examples, and over what comes with the project. */
taskContract(logsExtract, {
  records: fc.array(
    fc.record({
      at: fc.nat(1e6).map((ms) => new Date(ms).toISOString()),
      service: fc.constantFrom('a', 'b'),
      level: fc.constantFrom('info', 'error'),
      message: fc.constantFrom('order 1', 'order 2'),
    }),
    { maxLength: 20 },
  ),
  merge: (written) => {
    const facts = new Map<string, LogFact>();
    for (const { record, key } of written) {
      const before = facts.get(key);
      facts.set(key, before ? mergeFacts(before, record as LogFact) : (record as LogFact));
    }
    return [...facts].sort(([a], [b]) => (a < b ? -1 : 1));
  },
});

const NUMBERS = Array.from({ length: 200 }, (_, at) => at * 7 - 700);

sourceContract('ndjson', async () => {
  const objects = memoryObjectStore();
  const records = NUMBERS.map((value) => ({ value }));
  await objects.put('lines', new TextEncoder().encode(records.map((one) => `${JSON.stringify(one)}\n`).join('')));
  const source: DataSource = { kind: 'ndjson', location: 'lines' };
  const layout = await probeLayout(source, objects);
  return {
    layout: async () => layout,
    read: (range) => readRange({ source, layout, range, objects, codecs }),
    records,
  };
});

for (const model of [naive, slotMedian, seasonalNaive('season', 'shortest')]) pointModelContract(model);

priorityContract(latestStart);
for (const policy of [firstCome, upwardRank, earliestDeadline]) claimPolicyContract(policy);
