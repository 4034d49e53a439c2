import * as z from 'zod';
import { readZoneStarts } from '../lib/recover/zone-store.ts';
import { decideReshard } from '../lib/reshard/decide-reshard.ts';
import { storeDecisions } from '../lib/reshard/decision-store.ts';
import { loadReshard } from '../lib/reshard/load-reshard.ts';
import { makeChange } from '../lib/reshard/make-change.ts';
import { ownVcpu } from '../lib/reshard/own-vcpu.ts';
import { reshardRequest } from '../lib/reshard/reshard-request.ts';
import { writeOwnCapacity } from '../lib/run/own-capacity.ts';
import { stage } from './stage.ts';

/** State `Reshard`: keep, or change shards or the number of slots when the gain beats the cost. */
export const handler = stage({
  name: 'resharder',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, services) {
    const starts = await readZoneStarts(services);
    const facts = await loadReshard(run, starts, services);
    const request = reshardRequest(facts);
    const decisions = decideReshard(request);
    const scene = {
      run,
      records: new Map(facts.records.map((record) => [record.shard, record])),
      zones: [...starts.keys()],
    };
    for (const decision of decisions) if (decision.taken) await makeChange(decision, scene, services);
    const vcpuMax = ownVcpu(request, decisions, facts.memoryMiB);
    if (vcpuMax !== undefined) await writeOwnCapacity(services.table, run, vcpuMax);
    await storeDecisions(services.table, run, decisions);
    return { run };
  },
});
