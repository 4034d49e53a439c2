import { mostAtOnce, type WeighedSpan } from '../core/most-at-once.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { ActiveJob } from './simulated-job.ts';

/** What a controller can see at a tick. */
export interface Observation {
  readonly now: EpochMs;
  readonly jobs: readonly ActiveJob[];
  readonly queuedCount: number;
  readonly runningCount: number;
  /** Slots that are there or on their way. */
  readonly slotCount: number;
  /** Shards that arrived, and that ended, in the last minute. */
  readonly arrivedCount: number;
  readonly endedCount: number;
}

/** Decides how many slots there should be. It may remember: make a new one for each simulation. */
export interface CapacityController {
  readonly name: string;
  /**
   * Whether no slots come beyond those that there are.
   *
   * @default false
   */
  readonly isFixed?: boolean;
  desired(observation: Observation): number;
}

/** Slots as they are bought once and for all. */
export function fixedSlots(slotCount: number): CapacityController {
  return { name: 'static', isFixed: true, desired: () => slotCount };
}

const DOWN_SHARE = 0.2;
const DOWN_AFTER_MS = 120_000;

/**
 * US patent 11233738: (ingress + backlog / drain time) / egress of a busy worker over a minute; up at once, down by a
 * fifth a tick after two minutes.
 */
export function patentBacklog(drainMs: DurationMs): CapacityController {
  let lastNeededAt = 0;
  return {
    name: 'patent backlog',
    desired({ now, arrivedCount, queuedCount, runningCount, endedCount, slotCount }) {
      const egress = runningCount > 0 && endedCount > 0 ? endedCount / runningCount : 1;
      const wanted = Math.ceil((arrivedCount + (queuedCount * 60_000) / drainMs) / egress);
      if (wanted >= slotCount) {
        lastNeededAt = now;
        return wanted;
      }
      return now - lastNeededAt < DOWN_AFTER_MS
        ? slotCount
        : Math.max(wanted, Math.floor(slotCount * (1 - DOWN_SHARE)));
    },
  };
}

/** AWS target tracking: the load over the target use; up at once, down after three ticks in a row. */
export function targetTracking(use: number): CapacityController {
  let low = 0;
  return {
    name: 'target tracking',
    desired({ runningCount, queuedCount, slotCount }) {
      const wanted = Math.ceil(Math.min(runningCount + queuedCount, 2 * Math.max(runningCount, 5)) / use);
      low = wanted < slotCount ? low + 1 : 0;
      return low === 0 ? wanted : low > 12 ? Math.max(wanted, slotCount - Math.ceil(slotCount / 10)) : slotCount;
    },
  };
}

const COOL_DOWN_MS = 300_000;

/** KEDA's queue scaler: (queue + running) / q, down to the most that was wanted in the last five minutes. */
export function kedaQueue(shardsPerSlot: number): CapacityController {
  const history: { at: EpochMs; wanted: number }[] = [];
  return {
    name: 'KEDA',
    desired({ now, queuedCount, runningCount }) {
      history.push({ at: now, wanted: Math.ceil((queuedCount + runningCount) / shardsPerSlot) });
      while ((history[0]?.at ?? now) < now - COOL_DOWN_MS) history.shift();
      return history.reduce((most, { wanted }) => Math.max(most, wanted), 0);
    },
  };
}

/** How far beyond the provisioning delay the plan looks. */
const LOOK_AHEAD_MS = 120_000;

/**
 * Foreshard: every unfinished stage spreads its predicted work evenly over the time between its earliest start and its
 * latest finish; what is asked for is the maximum of the sum over the provisioning delay and two minutes, with head-room.
 *
 * @see Yao, Demers and Shenker, "A scheduling model for reduced CPU energy" (average rate), 1995
 */
export function foreshardCapacity(headRoom: number, delayMs: DurationMs): CapacityController {
  return {
    name: 'foreshard',
    desired({ now, jobs, slotCount, runningCount }) {
      const spans = jobs.flatMap((active) => stageSpans(active, now));
      const soon = spans.filter(({ from }) => from <= now + delayMs + LOOK_AHEAD_MS);
      const wanted = Math.ceil(headRoom * mostAtOnce(soon));
      return wanted >= slotCount ? wanted : Math.max(wanted, Math.min(slotCount, runningCount));
    },
  };
}

/** Of each unfinished stage, the slots that it needs throughout. */
function stageSpans({ job, openCounts, upwardMs }: ActiveJob, now: EpochMs): readonly WeighedSpan[] {
  const startsAt: EpochMs[] = [];
  return job.stages.flatMap(({ before, predictedMs }, stage) => {
    const open = openCounts[stage] ?? 0;
    const from = before.reduce((latest, earlier) => Math.max(latest, endOf(earlier)), now);
    startsAt[stage] = from;
    if (open === 0) return [];
    const latestEndAt = job.deadlineAt - (upwardMs[stage] ?? 0) + predictedMs;
    const until = Math.max(latestEndAt, from + predictedMs);
    return [
      {
        from,
        until,
        weight: Math.min(open, (open * predictedMs) / Math.max(predictedMs, until - from - predictedMs / 2)),
      },
    ];
  });

  function endOf(stage: number): EpochMs {
    const open = (openCounts[stage] ?? 0) > 0;
    return open ? (startsAt[stage] ?? now) + (job.stages[stage]?.predictedMs ?? 0) : now;
  }
}
