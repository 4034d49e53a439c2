import fc from 'fast-check';
import {
  customSourceContract,
  memoryObjectStore,
  pointModelContract,
  priorityContract,
  providerContract,
  taskContract,
} from 'foreshard/contracts';
import { countWords } from './count-words.ts';
import { drift } from './drift.ts';
import { fixedWidth } from './fixed-width.ts';
import { ownThreads } from './own-threads.ts';
import { shortRunsFirst } from './short-runs-first.ts';

taskContract(countWords, {
  records: fc.array(fc.record({ text: fc.lorem({ maxCount: 6 }) }), { maxLength: 20 }),
  params: { letters: 2 },
  merge: (written) => {
    const counts = new Map<string, number>();
    for (const { record, key } of written) {
      counts.set(key, (counts.get(key) ?? 0) + (record as { readonly count: number }).count);
    }
    return [...counts].sort();
  },
});

customSourceContract(fixedWidth, async () => {
  const records = Array.from({ length: 3_000 }, (_, at) => at * 7 - 5_000);
  const objects = memoryObjectStore();
  await objects.put('numbers', new Uint8Array(Int32Array.from(records).buffer));
  return { objects, location: 'numbers', params: { bytes: 4 }, records };
});

pointModelContract(drift);
priorityContract(shortRunsFirst);
providerContract(ownThreads);
