import { defineTask } from '../../run/define-task.ts';
import { factKey, type LogFact, mergeFacts } from './incident.ts';

/** Facts of all shards in, those of one key together; one fact for each key out. */
export const logsMerge = defineTask<unknown, LogFact>({
  name: 'logs-merge',
  async run({ input, write }) {
    const facts = new Map<string, LogFact>();
    for await (const { records } of input) {
      for (const fact of records) {
        const key = factKey(fact);
        const before = facts.get(key);
        facts.set(key, before ? mergeFacts(before, fact) : fact);
      }
    }
    for (const [key, fact] of facts) write(fact, key);
  },
});
