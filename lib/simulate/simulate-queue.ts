import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { numberHeap } from '../plan/number-heap.ts';
import type { CapacityController } from './capacity-controllers.ts';

/** A piece of work that comes by itself: one object of a backlog. */
export interface QueuedWork {
  readonly arrivesAt: EpochMs;
  readonly workMs: DurationMs;
}

export interface QueueRequest {
  /** By arrival. */
  readonly work: readonly QueuedWork[];
  readonly controller: CapacityController;
  /** Between two looks of the controller. */
  readonly tickMs: DurationMs;
  /** Until a slot that was asked for can work. */
  readonly startDelayMs: DurationMs;
  readonly slotMax: number;
}

export interface QueueOutcome {
  /** When each piece was done, in the order of the request. */
  readonly endsAt: readonly EpochMs[];
  /** Time of slots that were there or on their way. */
  readonly slotMs: DurationMs;
}

/** What a controller sees of the past. */
const WINDOW_MS = 60_000;
/** A controller that gives a queue no slot for so many looks never will. */
const IDLE_TICKS_MAX = 10_000;

interface State {
  now: EpochMs;
  nextTickAt: EpochMs;
  slotCount: number;
  slotMs: DurationMs;
  arrivedCount: number;
  startedCount: number;
  idleTicks: number;
  readonly coming: { readonly at: EpochMs; readonly count: number }[];
  readonly endsAt: number[];
  readonly running: ReturnType<typeof numberHeap>;
}

/**
 * Works off pieces first come, first served, with as many slots as a controller asks for, against a virtual clock. A
 * slot that works is never taken away; there is none at the start.
 *
 * @returns ends at infinity when the controller never gives the queue a slot
 * @complexity O(n log n + n · ticks) for n pieces
 */
export function simulateQueue(request: QueueRequest): QueueOutcome {
  const startedAt = request.work[0]?.arrivesAt ?? 0;
  const endsAt = request.work.map(() => Number.POSITIVE_INFINITY);
  const state: State = {
    now: startedAt,
    nextTickAt: startedAt,
    slotCount: 0,
    slotMs: 0,
    arrivedCount: 0,
    startedCount: 0,
    idleTicks: 0,
    coming: [],
    endsAt,
    running: numberHeap(endsAt),
  };
  while (isOpen(state, request) && state.idleTicks < IDLE_TICKS_MAX) advance(state, request);
  return { endsAt, slotMs: state.slotMs };
}

function isOpen({ startedCount, running }: State, { work }: QueueRequest): boolean {
  return startedCount < work.length || running.size() > 0;
}

function advance(state: State, request: QueueRequest): void {
  const { work } = request;
  const next = Math.min(
    state.endsAt[state.running.first()] ?? Number.POSITIVE_INFINITY,
    work[state.arrivedCount]?.arrivesAt ?? Number.POSITIVE_INFINITY,
    state.coming[0]?.at ?? Number.POSITIVE_INFINITY,
    state.nextTickAt,
  );
  const comingCount = state.coming.reduce((sum, { count }) => sum + count, 0);
  state.slotMs += (next - state.now) * (state.slotCount + comingCount);
  state.now = next;
  while ((state.coming[0]?.at ?? Number.POSITIVE_INFINITY) <= next) state.slotCount += state.coming.shift()?.count ?? 0;
  while (state.running.size() > 0 && (state.endsAt[state.running.first()] ?? 0) <= next) state.running.pop();
  while ((work[state.arrivedCount]?.arrivesAt ?? Number.POSITIVE_INFINITY) <= next) state.arrivedCount += 1;
  if (state.nextTickAt <= next) tick(state, request);
  start(state, request);
}

function tick(state: State, { work, controller, tickMs, startDelayMs, slotMax }: QueueRequest): void {
  state.nextTickAt = state.now + tickMs;
  state.idleTicks += 1;
  const since = state.now - WINDOW_MS;
  const have = state.coming.reduce((sum, { count }) => sum + count, state.slotCount);
  const wanted = controller.desired({
    now: state.now,
    jobs: [],
    queuedCount: state.arrivedCount - state.startedCount,
    runningCount: state.running.size(),
    slotCount: have,
    arrivedCount: work.filter(({ arrivesAt }) => arrivesAt > since && arrivesAt <= state.now).length,
    endedCount: state.endsAt.filter((endedAt) => endedAt > since && endedAt <= state.now).length,
  });
  const capped = Math.max(0, Math.min(slotMax, wanted));
  if (capped > have) state.coming.push({ at: state.now + startDelayMs, count: capped - have });
  else state.slotCount = Math.max(state.running.size(), state.slotCount - (have - capped));
}

function start(state: State, { work }: QueueRequest): void {
  while (state.running.size() < state.slotCount && state.startedCount < state.arrivedCount) {
    state.endsAt[state.startedCount] = state.now + (work[state.startedCount]?.workMs ?? 0);
    state.running.push(state.startedCount);
    state.startedCount += 1;
    state.idleTicks = 0;
  }
}
