import * as z from 'zod';
import { decideReshard } from '../lib/reshard/decide-reshard.ts';
import { storeDecisions } from '../lib/reshard/decision-store.ts';
import { loadReshard } from '../lib/reshard/load-reshard.ts';
import { reshardRequest } from '../lib/reshard/reshard-request.ts';
import { splitShard } from '../lib/run/split-shard.ts';
import { stage } from './stage.ts';

/** State `Reshard`: keep, or cut anew when the gain beats the cost. */
export const handler = stage({
  name: 'resharder',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, services) {
    const facts = await loadReshard(run, services);
    const decisions = decideReshard(reshardRequest(facts));
    const records = new Map(facts.records.map((record) => [record.shard, record]));
    for (const { taken, shard = '', splitAt } of decisions) {
      const record = records.get(shard);
      if (taken && record && splitAt !== undefined) {
        await splitShard(services.table, record, { at: splitAt, now: services.clock.now() });
      }
    }
    await storeDecisions(services.table, run, decisions);
    return { run };
  },
});
