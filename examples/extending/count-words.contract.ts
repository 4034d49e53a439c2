import fc from 'fast-check';
import { taskContract } from '../../test/contracts/task-contract.ts';
import { countWords } from './count-words.ts';

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
