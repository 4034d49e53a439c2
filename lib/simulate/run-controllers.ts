import { mostAtOnce } from '../core/most-at-once.ts';
import type { DurationMs } from '../core/quantity.ts';
import {
  type CapacityController,
  fixedSlots,
  kedaQueue,
  patentBacklog,
  targetTracking,
} from './capacity-controllers.ts';

/** vCPUs over a time, from the run's start. */
export interface GrantedVcpu {
  readonly fromMs: DurationMs;
  readonly untilMs: DurationMs;
  readonly vcpu: number;
}

export interface RunCapacity {
  readonly grants: readonly GrantedVcpu[];
  readonly stepVcpu: number;
  readonly startDelayMs: DurationMs;
}

/** Who can decide how many slots a simulated run has. */
export const RUN_CONTROLLERS = ['foreshard', 'patent', 'target-tracking', 'keda', 'static'] as const;
export type RunController = (typeof RUN_CONTROLLERS)[number];

/** Of the baselines: what their authors' documentation starts with. */
const DRAIN_MS = 60_000;
const TARGET_USE = 0.7;
const SHARDS_PER_SLOT = 1;

/** A controller of one run's vCPUs; make a new one for each simulation. */
export function runController(name: RunController, capacity: RunCapacity): CapacityController {
  const peakVcpu = mostAtOnce(
    capacity.grants.map(({ fromMs, untilMs, vcpu }) => ({ from: fromMs, until: untilMs, weight: vcpu })),
  );
  if (name === 'foreshard') return grantedCapacity(capacity, peakVcpu);
  const slots = {
    patent: () => patentBacklog(DRAIN_MS),
    'target-tracking': () => targetTracking(TARGET_USE),
    keda: () => kedaQueue(SHARDS_PER_SLOT),
    static: () => fixedSlots(Math.ceil(peakVcpu / capacity.stepVcpu)),
  }[name]();
  return inVcpus(slots, capacity.stepVcpu);
}

/** What the plan grants, asked for one start ahead; when reality is behind the plan, up to the plan's peak. */
function grantedCapacity({ grants, stepVcpu, startDelayMs }: RunCapacity, peakVcpu: number): CapacityController {
  return {
    name: 'foreshard',
    desired({ now, queuedCount, runningCount }) {
      const plannedVcpu = levelAt(grants, now + startDelayMs);
      return Math.max(plannedVcpu, Math.min(peakVcpu, (queuedCount + runningCount) * stepVcpu));
    },
  };
}

function levelAt(grants: readonly GrantedVcpu[], atMs: DurationMs): number {
  return grants.reduce((sum, { fromMs, untilMs, vcpu }) => (fromMs <= atMs && atMs < untilMs ? sum + vcpu : sum), 0);
}

function inVcpus(controller: CapacityController, stepVcpu: number): CapacityController {
  return {
    name: controller.name,
    desired: (seen) => controller.desired({ ...seen, slotCount: seen.slotCount / stepVcpu }) * stepVcpu,
  };
}
