import * as z from 'zod';
import { readOpenZones } from '../lib/recover/zone-store.ts';
import { decideReshard } from '../lib/reshard/decide-reshard.ts';
import { storeDecisions } from '../lib/reshard/decision-store.ts';
import { loadReshard } from '../lib/reshard/load-reshard.ts';
import { reshardRequest } from '../lib/reshard/reshard-request.ts';
import { cutShard } from '../lib/run/cut-shard.ts';
import { stage } from './stage.ts';

/** State `Reshard`: keep, or cut anew when the gain beats the cost. */
export const handler = stage({
  name: 'resharder',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, services) {
    const facts = await loadReshard(run, await readOpenZones(services), services);
    const decisions = decideReshard(reshardRequest(facts));
    const records = new Map(facts.records.map((record) => [record.shard, record]));
    for (const { taken, shard = '', cutsAt = [] } of decisions) {
      const record = records.get(shard);
      if (taken && record) await cutShard(services.table, record, { cutsAt, now: services.clock.now() });
    }
    await storeDecisions(services.table, run, decisions);
    return { run };
  },
});
