import { expect, it } from 'vitest';
import { onOneVcpu } from '../../../lib/forecast/size/on-one-vcpu.ts';

it.each([
  ['one vCPU: as measured', { memoryTierMiB: 1_769, durationMs: 1_000, cpuMs: 800, ioMs: 200 }, 1_000],
  [
    'half a vCPU: the CPU part took twice its time',
    { memoryTierMiB: 884.5, durationMs: 1_800, cpuMs: 800, ioMs: 200 },
    1_000,
  ],
  ['four vCPUs, one thread: gained nothing', { memoryTierMiB: 7_076, durationMs: 1_000, cpuMs: 800, ioMs: 200 }, 1_000],
  ['four vCPUs, four threads: took a quarter', { memoryTierMiB: 7_076, durationMs: 400, cpuMs: 800, ioMs: 200 }, 1_000],
  [
    'a burst beyond the share: never below the CPU time that fits',
    { memoryTierMiB: 177, durationMs: 500, cpuMs: 400, ioMs: 50 },
    400,
  ],
])('%s', (_, attempt, expected) => {
  expect(onOneVcpu(attempt)).toBeCloseTo(expected, 6);
});
