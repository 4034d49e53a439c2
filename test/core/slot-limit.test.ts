import { expect, it } from 'vitest';
import { slotLimit } from '../../lib/core/slot-limit.ts';

it('is a slot for each whole vCPU, and one in any case', () => {
  expect([0.5, 1, 2.9, 1_000].map((vcpuMax) => slotLimit({ vcpuMax }))).toEqual([1, 1, 2, 1_000]);
});
