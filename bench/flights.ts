import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import type { Bench, BenchRow } from './bench.ts';
import { embeddedRuns, type MeasuredRun } from './runner/embedded-runs.ts';

const WORKFLOW = join(import.meta.dirname, '../events/flights.workflow.json');

const WARM_UP_COUNT = 2;
const REPEAT_COUNT = 5;

/** One tier alone: a slot of the next one stands for two processors, and there would be one slot where two are measured. */
const TIERS_MIB = [1_769];
const TWO_SLOTS = { vcpuMax: 2, slotMax: 1, tiersMiB: TIERS_MIB };
const ONE_SLOT = { vcpuMax: 1, slotMax: 1, tiersMiB: TIERS_MIB, zones: ['local-a'] };

/** The example of `npm start`, three million flights: does it use two processors, and how much is not task work? */
export const bench: Bench = {
  name: 'flights',
  needs: 'two idle processors',
  takes: '90 s',
  async run() {
    const workflow = JSON.parse(await readFile(WORKFLOW, 'utf8'));
    const request = { workflow, warmUpCount: WARM_UP_COUNT, count: REPEAT_COUNT };
    const two = await embeddedRuns({ ...request, settings: TWO_SLOTS });
    const one = await embeddedRuns({ ...request, settings: ONE_SLOT });
    const twoSlotsMs = median(two.map(({ wallMs }) => wallMs));
    const oneSlotMs = median(one.map(({ wallMs }) => wallMs));
    return {
      figures: {
        twoSlotsMs,
        oneSlotMs,
        taskCpuMs: median(two.map(({ taskCpuMs }) => taskCpuMs)),
        othersVcpu: median([...two, ...one].map(({ othersVcpu }) => othersVcpu)),
        twoSlotsOverOne: twoSlotsMs / oneSlotMs,
        wallOverHalfTheCpu: median(two.map(({ wallMs, taskCpuMs }) => wallMs / (taskCpuMs / 2))),
      },
      targets: { twoSlotsOverOne: { atMost: 0.65 }, wallOverHalfTheCpu: { atMost: 1.15 } },
      table: [...two.map(rowOf(2)), ...one.map(rowOf(1))],
    };
  },
};

function rowOf(slots: number): (run: MeasuredRun) => BenchRow {
  return ({ report, wallMs, taskCpuMs, othersVcpu }) => ({
    slots,
    'wall, ms': Math.round(wallMs),
    'task CPU, ms': Math.round(taskCpuMs),
    shards: report.operations.reduce((sum, { shardCount }) => sum + shardCount, 0),
    'other programs, vCPU': Math.round(othersVcpu * 100) / 100,
  });
}
