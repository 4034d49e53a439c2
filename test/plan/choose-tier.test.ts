import { expect, it } from 'vitest';
import { chooseTier } from '../../lib/plan/choose-tier.ts';
import { certainNeed, needWithin } from './requests.ts';

const TIERS = [7_076, 1_769, 3_538];

it('takes the smallest tier from one vCPU on that holds the upper end of the memory and a fifth more', () => {
  expect(chooseTier({ needs: [certainNeed(1_000, 1_474)], tiersMiB: TIERS, memoryMinMiB: 0 })).toBe(1_769);
  expect(chooseTier({ needs: [certainNeed(1_000, 1_475)], tiersMiB: TIERS, memoryMinMiB: 0 })).toBe(3_538);
  expect(chooseTier({ needs: [needWithin(1_000, 3, 1_000)], tiersMiB: TIERS, memoryMinMiB: 0 })).toBe(7_076);
});

it('takes what an attempt without enough memory asks for, and the largest when nothing is enough', () => {
  expect(chooseTier({ needs: [certainNeed(1_000)], tiersMiB: TIERS, memoryMinMiB: 2_000 })).toBe(3_538);
  expect(chooseTier({ needs: [certainNeed(1_000, 9_000)], tiersMiB: TIERS, memoryMinMiB: 0 })).toBe(7_076);
});

it('weighs memory against time below one vCPU: waiting for I/O is cheaper in a small tier, computing is not', () => {
  const waiting = { ...certainNeed(1_000), cpuMs: { point: 10, lower: 10, upper: 10, level: 0.9 } };
  expect(chooseTier({ needs: [waiting], tiersMiB: [885, 1_769], memoryMinMiB: 0 })).toBe(885);
  // a CPU-bound second costs the same in both, to rounding: the tier of half the memory takes twice as long
  const computing = { ...certainNeed(1_000), cpuMs: { point: 1_000, lower: 1_000, upper: 1_000, level: 0.9 } };
  expect(chooseTier({ needs: [computing], tiersMiB: [884, 1_769], memoryMinMiB: 0 })).toBe(884);
});
