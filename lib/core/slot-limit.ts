import type { Settings } from './settings.ts';

/** How many shards an installation can run at once: each takes a vCPU, and one runs in any case. */
export function slotLimit({ vcpuMax }: Pick<Settings, 'vcpuMax'>): number {
  return Math.max(1, Math.floor(vcpuMax));
}
