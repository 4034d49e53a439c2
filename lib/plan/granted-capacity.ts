import type { DurationMs } from '../core/quantity.ts';

/** vCPUs that can be had from a moment on, in addition to those before. */
export interface VcpuGain {
  readonly atMs: DurationMs;
  readonly vcpu: number;
}

export interface CapacityOverTime {
  /** The most that there can be, in the order of the moments: other runs hold the rest. */
  readonly gains: readonly VcpuGain[];
  /** What the plan grants, over time. */
  readonly grants: readonly { readonly fromMs: DurationMs; readonly untilMs: DurationMs; readonly vcpu: number }[];
  /** The most that the plan uses at a time. */
  readonly peakVcpu: number;
  /** From asking for a slot to its first claim. */
  readonly startDelayMs: DurationMs;
  /** vCPUs of slots that have started already. */
  readonly startedVcpu: number;
}

/** The vCPUs of a run's slots as time goes by. */
export interface GrantedCapacity {
  /** When something will change by itself, at infinity for never. */
  nextMs(): DurationMs;
  /** What is there at a moment, no earlier than the last one. */
  at(now: DurationMs): number;
  /** Asks for what the open shards need, and gives back what is idle and has no grant. */
  adjust(now: DurationMs, used: { readonly openVcpu: number; readonly usedVcpu: number }): void;
}

/**
 * Slots as a plan has them: those that it grants are asked for one start ahead; when reality is behind the plan, up to
 * its peak are asked for as shards are open, and given back when they are idle after their grant: the next stage of a
 * late run waits for a start again.
 *
 * @complexity O(1) for each call, amortised
 */
export function grantedCapacity({
  gains,
  grants,
  peakVcpu,
  startDelayMs,
  startedVcpu,
}: CapacityOverTime): GrantedCapacity {
  const changes = grants
    .flatMap(({ fromMs, untilMs, vcpu }) => [
      { atMs: Math.max(0, fromMs - startDelayMs), vcpu },
      { atMs: Math.max(0, untilMs - startDelayMs), vcpu: -vcpu },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.vcpu - b.vcpu);
  const coming: { atMs: DurationMs; vcpu: number }[] = [];
  let [changed, gained, arrived] = [0, 0, 0];
  let [there, onTheWay, planned, limit] = [startedVcpu, 0, 0, 0];
  let nextMs = 0;
  const pass = (now: DurationMs) => {
    if (now < nextMs) return;
    for (; (changes[changed]?.atMs ?? Number.POSITIVE_INFINITY) <= now; changed += 1)
      planned += changes[changed]?.vcpu ?? 0;
    for (; (gains[gained]?.atMs ?? Number.POSITIVE_INFINITY) <= now; gained += 1) limit += gains[gained]?.vcpu ?? 0;
    for (; (coming[arrived]?.atMs ?? Number.POSITIVE_INFINITY) <= now; arrived += 1) {
      there += coming[arrived]?.vcpu ?? 0;
      onTheWay -= coming[arrived]?.vcpu ?? 0;
    }
    nextMs = Math.min(
      changes[changed]?.atMs ?? Number.POSITIVE_INFINITY,
      gains[gained]?.atMs ?? Number.POSITIVE_INFINITY,
      coming[arrived]?.atMs ?? Number.POSITIVE_INFINITY,
    );
  };
  return {
    nextMs: () => nextMs,
    at(now) {
      pass(now);
      return there;
    },
    adjust(now, { openVcpu, usedVcpu }) {
      pass(now);
      const wanted = Math.min(limit, Math.max(planned, Math.min(peakVcpu, openVcpu)));
      const more = wanted - there - onTheWay;
      if (more > 0 && startDelayMs > 0) {
        coming.push({ atMs: now + startDelayMs, vcpu: more });
        nextMs = Math.min(nextMs, now + startDelayMs);
      }
      if (more > 0) [there, onTheWay] = startDelayMs > 0 ? [there, onTheWay + more] : [there + more, onTheWay];
      else there -= Math.min(-more, Math.max(0, there - usedVcpu));
    },
  };
}
