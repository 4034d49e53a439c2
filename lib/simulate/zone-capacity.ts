import type { DurationMs } from '../core/quantity.ts';

/** A zone's vCPUs. */
export interface Zone {
  vcpu: number;
  used: number;
  lost: boolean;
}

export interface ComingCapacity {
  readonly atMs: DurationMs;
  readonly zone: number;
  readonly vcpu: number;
}

interface Capacity {
  readonly now: DurationMs;
  readonly zones: readonly Zone[];
  /** By the moment at which it comes. */
  readonly coming: ComingCapacity[];
}

interface CapacityLimits {
  readonly zoneVcpuMax: readonly number[];
  readonly stepVcpu: number;
  readonly startDelayMs: DurationMs;
}

/** Asks for vCPUs, spread over the zones that are there: each step where the fewest are; nothing where no zone has room. */
export function askForCapacity({ now, zones, coming }: Capacity, limits: CapacityLimits, wantedVcpu: number): void {
  const { zoneVcpuMax, stepVcpu, startDelayMs } = limits;
  const have = zones.map(({ vcpu }, zone) =>
    coming.reduce((sum, one) => (one.zone === zone ? sum + one.vcpu : sum), vcpu),
  );
  for (let left = wantedVcpu; left > 0; left -= stepVcpu) {
    let best = -1;
    for (const [zone, { lost }] of zones.entries()) {
      if (lost || (have[zone] ?? 0) + stepVcpu > (zoneVcpuMax[zone] ?? 0)) continue;
      if (best < 0 || (have[zone] ?? 0) < (have[best] ?? 0)) best = zone;
    }
    if (best < 0) return;
    have[best] = (have[best] ?? 0) + stepVcpu;
    coming.push({ atMs: now + startDelayMs, zone: best, vcpu: stepVcpu });
  }
}

/** Takes vCPUs that do not work, up to so many: what works is never taken away. */
export function giveCapacityBack(zones: readonly Zone[], surplusVcpu: number): void {
  let left = surplusVcpu;
  for (const zone of zones) {
    const vcpu = Math.max(0, Math.min(left, zone.vcpu - zone.used));
    zone.vcpu -= vcpu;
    left -= vcpu;
  }
}

/** Sums of fractions of a vCPU. */
const ROUNDING = 1e-9;

/** The zone with the most vCPUs to spare, at least so many; the first of equal ones, or -1. */
export function roomiestZone(zones: readonly Zone[], vcpu: number): number {
  let best = -1;
  let most = vcpu - ROUNDING;
  for (const [zone, place] of zones.entries()) {
    const spare = place.vcpu - place.used;
    if (spare < most || (best >= 0 && spare === most)) continue;
    best = zone;
    most = spare;
  }
  return best;
}
