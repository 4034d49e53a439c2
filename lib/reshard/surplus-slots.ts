import type { PoolId } from '../core/ids.ts';
import { vcpuOf } from '../core/vcpu.ts';
import type { SlotRecord } from '../run/slot-store.ts';

/** Sums of vCPUs that differ by less are equal. */
const ROUNDING = 1e-9;

/** Slots without work before those that work at a shard or a copy. */
export function idleFirst(live: readonly SlotRecord[], owners: readonly string[]): readonly SlotRecord[] {
  const works = ({ slot }: SlotRecord) => owners.some((owner) => owner.startsWith(`${slot}:`));
  return live.toSorted((a, b) => Number(works(a)) - Number(works(b)));
}

/** The names of those for which there is no use in their pool, and then of those that are too many in all. */
export function surplusSlots(
  live: readonly SlotRecord[],
  { vcpuMax, usedIn }: { readonly vcpuMax: number; usedIn(pool: PoolId): number },
): readonly string[] {
  const unused = [...Map.groupBy(live, ({ pool }) => pool)].flatMap(([pool, own]) => {
    return own.slice(0, Math.max(0, own.length - usedIn(pool)));
  });
  const surplus = new Set(unused);
  let vcpu = live.reduce((sum, slot) => (surplus.has(slot) ? sum : sum + vcpuOf(slot.memoryTierMiB)), 0);
  for (const slot of live.filter((one) => !surplus.has(one))) {
    if (vcpu <= vcpuMax + ROUNDING) break;
    surplus.add(slot);
    vcpu -= vcpuOf(slot.memoryTierMiB);
  }
  return [...surplus].map(({ slot }) => slot);
}
