import { describe, expect, it } from 'vitest';
import { machineSettings } from '../../../lib/adapters/embedded/machine-settings.ts';

describe('machine settings', () => {
  it('shares the processors between two zones', () => {
    expect(machineSettings({ vcpuCount: 8, memoryMiB: 32_768 })).toMatchObject({
      zones: ['local-a', 'local-b'],
      slotMax: 4,
      vcpuMax: 8,
    });
    expect(machineSettings({ vcpuCount: 1, memoryMiB: 32_768 })).toMatchObject({ slotMax: 1, vcpuMax: 1 });
  });

  it('leaves out the tiers that the memory or the processors do not allow, and never the smallest', () => {
    const tiers = (memoryMiB: number, vcpuCount = 4) => machineSettings({ vcpuCount, memoryMiB }).tiersMiB;
    expect(tiers(24_105)).toEqual([1_769, 3_538, 7_076]);
    expect(tiers(8_192)).toEqual([1_769, 3_538]);
    expect(tiers(512)).toEqual([1_769]);
    expect(tiers(24_105, 2)).toEqual([1_769, 3_538]);
    expect(tiers(24_105, 1)).toEqual([1_769]);
  });

  it('lets the user decide, and refuses a setting that is none', () => {
    const machine = { vcpuCount: 2, memoryMiB: 8_192 };
    expect(machineSettings(machine, { zones: [], slotMax: 8, vcpuMax: 8 })).toMatchObject({
      zones: [],
      slotMax: 8,
      vcpuMax: 8,
      tiersMiB: [1_769, 3_538],
    });
    expect(() => machineSettings(machine, { slotMax: 0 })).toThrow('slotMax');
  });
});
