import { type NumberHeap, numberHeap } from './number-heap.ts';
import {
  type Bin,
  type CapacityGain,
  firstLooks,
  type Schedule,
  type ScheduleProblem,
  type TaskClass,
} from './schedule-problem.ts';
import { smallestUse } from './smallest-use.ts';

/** Room for rounding when fractions of a vCPU are added and taken away again. */
const ROUNDING = 1e-9;

/**
 * List scheduling with backfilling: whenever something ends, of all tasks that may start and fit, the one with the
 * smallest key starts, in the bin with the most room; a task that does not fit lets later ones pass it.
 *
 * There is one heap for each class, and only their heads are kept in order: a class whose head does not fit is passed
 * over as a whole.
 *
 * @param keys smallest first; ties go to the smaller task number
 * @complexity O((n + m) log n + n · classes · bins)
 * @see Graham, "Bounds on multiprocessing timing anomalies", 1969
 */
export function listSchedule(problem: ScheduleProblem, keys: Float64Array): Schedule {
  const state = startState(problem, keys);
  for (let nowMs = 0; Number.isFinite(nowMs); nowMs = nextMoment(state)) {
    endTasks(state, nowMs);
    startTasks(state, nowMs);
  }
  const { startsMs, binOf, makespanMs, lookCount } = state;
  return { startsMs, binOf, makespanMs, lookCount };
}

interface State {
  readonly problem: ScheduleProblem;
  readonly startsMs: Float64Array;
  readonly binOf: Int32Array;
  readonly waiting: Int32Array;
  readonly ready: readonly NumberHeap[];
  /** Classes with a task that may start, by the key of their head. */
  readonly inOrder: number[];
  readonly keys: Float64Array;
  readonly endsMs: Float64Array;
  readonly running: NumberHeap;
  readonly released: NumberHeap;
  readonly gains: readonly CapacityGain[];
  readonly freeVcpu: Float64Array;
  readonly freeMemory: Float64Array;
  /** The least that any class uses: with less than that free everywhere, there is no need to look. */
  readonly smallest: Bin;
  /** The most that is free in any bin: what needs more of either fits none. */
  readonly mostFree: { vcpu: number; memoryMiB: number };
  gainAt: number;
  freeInAll: number;
  makespanMs: number;
  lookCount: number;
}

function startState(problem: ScheduleProblem, keys: Float64Array): State {
  const { graph, bins, classes, gains = [], vcpuMax = Number.POSITIVE_INFINITY } = problem;
  const endsMs = new Float64Array(graph.taskCount).fill(Number.POSITIVE_INFINITY);
  const state: State = {
    problem,
    keys,
    startsMs: new Float64Array(graph.taskCount).fill(Number.POSITIVE_INFINITY),
    binOf: new Int32Array(graph.taskCount).fill(-1),
    waiting: graph.waitsFor.slice(),
    ready: classes.map(() => numberHeap(keys)),
    inOrder: [],
    endsMs,
    running: numberHeap(endsMs),
    released: numberHeap(problem.releasesMs ?? []),
    gains: gains.toSorted((a, b) => a.atMs - b.atMs),
    freeVcpu: Float64Array.from(bins, ({ vcpu }) => vcpu),
    freeMemory: Float64Array.from(bins, ({ memoryMiB }) => memoryMiB),
    smallest: smallestUse(classes),
    mostFree: { vcpu: 0, memoryMiB: 0 },
    gainAt: 0,
    freeInAll: vcpuMax,
    makespanMs: 0,
    lookCount: firstLooks(graph.taskCount),
  };
  for (let task = 0; task < graph.taskCount; task += 1) if (state.waiting[task] === 0) becomeReady(state, task, 0);
  return state;
}

function nextMoment({ endsMs, running, released, problem, gains, gainAt }: State): number {
  const end = endsMs[running.first()] ?? Number.POSITIVE_INFINITY;
  const release = problem.releasesMs?.[released.first()] ?? Number.POSITIVE_INFINITY;
  return Math.min(end, release, gains[gainAt]?.atMs ?? Number.POSITIVE_INFINITY);
}

function endTasks(state: State, nowMs: number): void {
  const { running, released, endsMs, problem, gains } = state;
  for (let gain = gains[state.gainAt]; gain && gain.atMs <= nowMs; gain = gains[state.gainAt]) {
    give(state, gain.bin, gain, gain.vcpuInAll);
    state.gainAt += 1;
  }
  while (running.size() > 0 && (endsMs[running.first()] ?? 0) <= nowMs) {
    const task = running.pop();
    const taskClass = problem.classes[problem.classOf[task] ?? 0];
    if (taskClass) give(state, state.binOf[task] ?? 0, taskClass);
    releaseFollowers(state, task, nowMs);
  }
  while (released.size() > 0 && (problem.releasesMs?.[released.first()] ?? 0) <= nowMs) {
    const task = released.pop();
    enqueue(state, task, nowMs);
  }
}

function give(state: State, bin: number, { vcpu, memoryMiB }: Bin, vcpuInAll = vcpu): void {
  state.freeVcpu[bin] = (state.freeVcpu[bin] ?? 0) + vcpu;
  state.freeMemory[bin] = (state.freeMemory[bin] ?? 0) + memoryMiB;
  state.freeInAll += vcpuInAll;
}

/** Lets the followers of a task go on. A barrier ends as soon as it may start, so its followers come at once too. */
function releaseFollowers(state: State, ended: number, nowMs: number): void {
  const { graph } = state.problem;
  const open = [ended];
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    for (let edge = graph.offsets[task] ?? 0; edge < (graph.offsets[task + 1] ?? 0); edge += 1) {
      const follower = graph.targets[edge] ?? 0;
      const left = (state.waiting[follower] ?? 0) - 1;
      state.waiting[follower] = left;
      if (left > 0) continue;
      if (isBarrier(state, follower)) {
        state.startsMs[follower] = nowMs;
        open.push(follower);
      } else becomeReady(state, follower, nowMs);
    }
  }
}

function isBarrier({ problem }: State, task: number): boolean {
  return problem.classes[problem.classOf[task] ?? 0]?.vcpu === 0 && problem.durationsMs[task] === 0;
}

function becomeReady(state: State, task: number, nowMs: number): void {
  if ((state.problem.releasesMs?.[task] ?? 0) > nowMs) state.released.push(task);
  else enqueue(state, task, nowMs);
}

function enqueue(state: State, task: number, nowMs: number): void {
  if (isBarrier(state, task)) {
    state.startsMs[task] = nowMs;
    releaseFollowers(state, task, nowMs);
  } else push(state, task);
}

function push(state: State, task: number): void {
  const index = state.problem.classOf[task] ?? 0;
  const heap = state.ready[index];
  const head = heap?.first() ?? -1;
  if (head >= 0 && earlier(state.keys, head, task)) heap?.push(task);
  else {
    if (head >= 0) state.inOrder.splice(state.inOrder.indexOf(index), 1);
    heap?.push(task);
    queueClass(state, index);
  }
}

/** Goes once through the heads in order: room only shrinks meanwhile, so a class that did not fit will not fit later. */
function startTasks(state: State, nowMs: number): void {
  const { problem, ready, inOrder, smallest } = state;
  lookForRoom(state);
  for (let at = 0; at < inOrder.length && mayFit(state, smallest); ) {
    const index = inOrder[at] ?? 0;
    const taskClass = problem.classes[index] ?? NO_CLASS;
    const bin = mayFit(state, taskClass) ? binFor(state, taskClass) : -1;
    state.lookCount += 1;
    if (bin < 0) {
      at += 1;
      continue;
    }
    start(state, ready[index]?.first() ?? -1, { bin, nowMs });
    inOrder.splice(at, 1);
    queueClass(state, index);
    lookForRoom(state);
  }
}

function lookForRoom({ freeVcpu, freeMemory, mostFree }: State): void {
  mostFree.vcpu = 0;
  mostFree.memoryMiB = 0;
  for (let bin = 0; bin < freeVcpu.length; bin += 1) {
    mostFree.vcpu = Math.max(mostFree.vcpu, freeVcpu[bin] ?? 0);
    mostFree.memoryMiB = Math.max(mostFree.memoryMiB, freeMemory[bin] ?? 0);
  }
}

function mayFit({ mostFree, freeInAll }: State, { vcpu, memoryMiB }: Bin): boolean {
  return vcpu <= Math.min(mostFree.vcpu, freeInAll) + ROUNDING && memoryMiB <= mostFree.memoryMiB + ROUNDING;
}

/** Puts a class where its head belongs. */
function queueClass({ keys, ready, inOrder }: State, index: number): void {
  const head = ready[index]?.first() ?? -1;
  if (head < 0) return;
  let low = 0;
  let high = inOrder.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (earlier(keys, ready[inOrder[middle] ?? 0]?.first() ?? -1, head)) low = middle + 1;
    else high = middle;
  }
  inOrder.splice(low, 0, index);
}

function earlier(keys: Float64Array, a: number, b: number): boolean {
  const difference = (keys[a] ?? 0) - (keys[b] ?? 0);
  return difference < 0 || (difference === 0 && a < b);
}

/** A bin with room, by the rule of the problem, for what may fit in all; nothing is -1. */
function binFor(state: State, taskClass: TaskClass): number {
  const bin = bestBin(taskClass.bins, state, taskClass);
  return bin < 0 && taskClass.overflow ? bestBin(taskClass.overflow, state, taskClass) : bin;
}

/** Of the bins with room the one with the most free vCPUs, or the least. Ties go to the first. */
function bestBin(bins: readonly number[], state: State, { vcpu, memoryMiB }: TaskClass): number {
  const { freeVcpu, freeMemory, problem } = state;
  const sign = problem.fit === 'tightest' ? -1 : 1;
  let best = -1;
  state.lookCount += bins.length;
  for (const bin of bins) {
    const fits = vcpu <= (freeVcpu[bin] ?? 0) + ROUNDING && memoryMiB <= (freeMemory[bin] ?? 0) + ROUNDING;
    if (fits && (best < 0 || sign * (freeVcpu[bin] ?? 0) > sign * (freeVcpu[best] ?? 0))) best = bin;
  }
  return best;
}

function start(state: State, task: number, { bin, nowMs }: { readonly bin: number; readonly nowMs: number }): void {
  const classIndex = state.problem.classOf[task] ?? 0;
  const { vcpu, memoryMiB } = state.problem.classes[classIndex] ?? NO_CLASS;
  state.ready[classIndex]?.pop();
  give(state, bin, { vcpu: -vcpu, memoryMiB: -memoryMiB });
  const endMs = nowMs + (state.problem.durationsMs[task] ?? 0);
  state.startsMs[task] = nowMs;
  state.binOf[task] = bin;
  state.endsMs[task] = endMs;
  state.makespanMs = Math.max(state.makespanMs, endMs);
  state.running.push(task);
}

const NO_CLASS: TaskClass = { vcpu: 0, memoryMiB: 0, bins: [] };
