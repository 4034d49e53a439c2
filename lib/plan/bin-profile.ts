import type { DurationMs } from '../core/quantity.ts';
import type { Bin } from './schedule-problem.ts';

/** Room for rounding when fractions of a vCPU are added and taken away again. */
const ROUNDING = 1e-9;

/** What is free in a bin over time: steps, each until the next. */
export interface BinProfile {
  /** The first moment from `fromMs` on at which a task fits for its whole duration; infinity for never. */
  readonly earliest: (fromMs: DurationMs, durationMs: DurationMs, use: Bin) => DurationMs;
  readonly take: (fromMs: DurationMs, durationMs: DurationMs, use: Bin) => void;
  /** Steps looked at so far. */
  readonly lookCount: () => number;
}

/** @complexity O(steps) for each call; there are at most two steps per task taken */
export function binProfile({ vcpu, memoryMiB }: Bin): BinProfile {
  let lookCount = 0;
  const times = [0];
  const freeVcpu = [vcpu];
  const freeMemory = [memoryMiB];

  const stepAt = (atMs: DurationMs): number => {
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };

  const earliest = (fromMs: DurationMs, durationMs: DurationMs, use: Bin): DurationMs => {
    let start = fromMs;
    for (let step = stepAt(fromMs); step < times.length; step += 1) {
      lookCount += 1;
      if (Math.max(start, times[step] ?? 0) >= start + durationMs && durationMs > 0) return start;
      const fits = use.vcpu <= (freeVcpu[step] ?? 0) + ROUNDING && use.memoryMiB <= (freeMemory[step] ?? 0) + ROUNDING;
      if (!fits) start = times[step + 1] ?? Number.POSITIVE_INFINITY;
      else if (durationMs === 0) return start;
    }
    return start;
  };

  const split = (atMs: DurationMs): number => {
    const step = stepAt(atMs);
    if (times[step] === atMs) return step;
    times.splice(step + 1, 0, atMs);
    freeVcpu.splice(step + 1, 0, freeVcpu[step] ?? 0);
    freeMemory.splice(step + 1, 0, freeMemory[step] ?? 0);
    return step + 1;
  };

  const take = (fromMs: DurationMs, durationMs: DurationMs, use: Bin): void => {
    if (durationMs === 0) return;
    const first = split(fromMs);
    const last = split(fromMs + durationMs);
    for (let step = first; step < last; step += 1) {
      freeVcpu[step] = (freeVcpu[step] ?? 0) - use.vcpu;
      freeMemory[step] = (freeMemory[step] ?? 0) - use.memoryMiB;
    }
  };
  return { earliest, take, lookCount: () => lookCount };
}
