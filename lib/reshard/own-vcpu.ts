import { vcpuOf } from '../core/vcpu.ts';
import type { ReshardRequest } from './candidate.ts';
import type { ReshardRecord } from './reshard-record.ts';

/**
 * How many vCPUs the run's slots may use together after a decision: those that were decided on, else those that it has. What
 * was cut off or copied was priced with a slot of its own, what was moved with slots of its new tier: these come with it.
 *
 * @param memoryMiB the tier of the run's slots
 * @returns nothing when the number of slots was not weighed
 */
export function ownVcpu(
  { slots, slotMax, operations, copyCount }: ReshardRequest,
  decisions: readonly ReshardRecord[],
  memoryMiB: number,
): number | undefined {
  if (!slots) return undefined;
  const taken = decisions.filter((decision) => decision.taken);
  const change = taken.find((decision) => decision.slots)?.slots;
  if (change) return change.vcpuMax;
  if (taken.length === 0) return slots.kept.vcpuMax;
  const openCount = operations.reduce((sum, { shards }) => sum + shards.length, copyCount);
  const slotVcpu = Math.max(...[memoryMiB, ...taken.flatMap(({ tier }) => tier?.memoryMiB ?? [])].map(vcpuOf));
  const neededCount = taken.reduce((sum, decision) => sum + addedCount(decision), openCount);
  return Math.max(slots.kept.vcpuMax, Math.min(slotMax, neededCount) * slotVcpu);
}

/** Shards and copies that a change adds. */
function addedCount({ change, cuts = [], shard, shards = shard === undefined ? [] : [shard] }: ReshardRecord): number {
  if (change === 'copy' || change === 'clone') return shards.length;
  return cuts.reduce((sum, { cutsAt }) => sum + cutsAt.length, 0);
}
