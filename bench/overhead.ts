import { median } from 'simple-statistics';
import type { Bench } from './bench.ts';
import { embeddedRuns } from './runner/embedded-runs.ts';

const SHARD_COUNT = 1_000;
const SHARD_MS = 100;
const SLOT_COUNT = 8;

const WARM_UP_COUNT = 1;
const REPEAT_COUNT = 3;

/** Every operation is one shard, and none depends on another: nothing but the orchestration can take time. */
const WORKFLOW = {
  version: 1,
  name: 'overhead',
  deadline: '10m',
  objective: 'latency',
  operations: Array.from({ length: SHARD_COUNT }, (_, index) => ({
    id: `wait-${index}`,
    task: 'replay',
    divisible: false,
    params: { waitMs: SHARD_MS },
    estimates: { cpuSeconds: SHARD_MS / 1_000, memoryMiB: 64 },
  })),
};

/** The shards wait without using a processor, so more slots than processors do not slow each other down. */
const SETTINGS = { vcpuMax: SLOT_COUNT, slotMax: SLOT_COUNT / 2, tiersMiB: [1_769] };

/** What a shard costs beside its task: claim, heartbeat, output, commit, and its part of the start and the end. */
export const bench: Bench = {
  name: 'overhead',
  needs: 'two idle processors',
  takes: '90 s',
  async run() {
    const request = { workflow: WORKFLOW, settings: SETTINGS, warmUpCount: WARM_UP_COUNT, count: REPEAT_COUNT };
    const runs = await embeddedRuns(request);
    const rows = runs.map(({ wallMs, othersVcpu }) => ({
      shards: SHARD_COUNT,
      slots: SLOT_COUNT,
      'wall, ms': Math.round(wallMs),
      'overhead per shard, ms': (wallMs * SLOT_COUNT - SHARD_COUNT * SHARD_MS) / SHARD_COUNT,
      'other programs, vCPU': Math.round(othersVcpu * 100) / 100,
    }));
    return {
      figures: {
        overheadPerShardMs: median(rows.map((row) => row['overhead per shard, ms'])),
        wallMs: median(runs.map(({ wallMs }) => wallMs)),
        othersVcpu: median(runs.map(({ othersVcpu }) => othersVcpu)),
      },
      targets: { overheadPerShardMs: { atMost: 25 } },
      table: rows,
    };
  },
};
