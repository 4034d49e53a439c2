import type { DurationMs, EpochMs } from '../core/quantity.ts';
import { numberHeap } from '../plan/number-heap.ts';
import type { CapacityController } from './capacity-controllers.ts';
import type { ClaimPolicy } from './claim-policies.ts';
import { type ActiveJob, type SimulatedJob, upwardChains } from './simulated-job.ts';

export interface ClusterRequest {
  /** By arrival. */
  readonly jobs: readonly SimulatedJob[];
  readonly policy: ClaimPolicy;
  readonly controller: CapacityController;
  /** Between two looks of the controller. */
  readonly tickMs: DurationMs;
  /** Until a slot that was asked for can work. */
  readonly provisionMs: DurationMs;
}

export interface ClusterOutcome {
  readonly jobCount: number;
  readonly hitCount: number;
  /** Work of the jobs that were in time, as a share of all work. */
  readonly hitWorkShare: number;
  /** Time of slots that were there or on their way, over the time in which they worked. */
  readonly provisionedOverUseful: number;
  readonly endedAt: EpochMs;
}

const WINDOW_MS = 60_000;

/**
 * Runs jobs on slots against a virtual clock: shards are claimed in the policy's order, slots come and go as the
 * controller asks; a slot that works is never taken away.
 *
 * @complexity O(shards · (log slots + ready stages) + ticks · jobs)
 */
export function simulateCluster(request: ClusterRequest): ClusterOutcome {
  const cluster = startCluster(request);
  while (cluster.nextJob < request.jobs.length || cluster.active.size > 0) step(cluster, request);
  return outcomeOf(cluster, request);
}

interface Ready {
  readonly active: ActiveJob;
  readonly stage: number;
  nextShard: number;
  key: number;
}

interface Cluster {
  now: EpochMs;
  nextJob: number;
  nextTickAt: EpochMs;
  slotCount: number;
  runningCount: number;
  provisionedMs: number;
  usefulMs: number;
  readonly active: Map<number, ActiveJob>;
  ready: Ready[];
  readonly endsAt: number[];
  readonly running: ReturnType<typeof numberHeap>;
  readonly shardOf: { active: ActiveJob; stage: number }[];
  readonly coming: { at: EpochMs; count: number }[];
  readonly finishedAt: Map<number, EpochMs>;
  readonly arrivals: { at: EpochMs; count: number }[];
  readonly ends: EpochMs[];
}

function startCluster({ jobs }: ClusterRequest): Cluster {
  const endsAt: number[] = [];
  const now = jobs[0]?.arrivesAt ?? 0;
  return {
    now,
    nextJob: 0,
    nextTickAt: now,
    slotCount: 0,
    runningCount: 0,
    provisionedMs: 0,
    usefulMs: 0,
    active: new Map(),
    ready: [],
    endsAt,
    running: numberHeap(endsAt),
    shardOf: [],
    coming: [],
    finishedAt: new Map(),
    arrivals: [],
    ends: [],
  };
}

function step(cluster: Cluster, request: ClusterRequest): void {
  const next = Math.min(
    cluster.endsAt[cluster.running.first()] ?? Number.POSITIVE_INFINITY,
    request.jobs[cluster.nextJob]?.arrivesAt ?? Number.POSITIVE_INFINITY,
    cluster.coming[0]?.at ?? Number.POSITIVE_INFINITY,
    cluster.nextTickAt,
  );
  const comingCount = cluster.coming.reduce((sum, { count }) => sum + count, 0);
  cluster.provisionedMs += (next - cluster.now) * (cluster.slotCount + comingCount);
  cluster.usefulMs += (next - cluster.now) * cluster.runningCount;
  cluster.now = next;
  while ((cluster.coming[0]?.at ?? Number.POSITIVE_INFINITY) <= next) {
    cluster.slotCount += cluster.coming.shift()?.count ?? 0;
  }
  const ended = endShards(cluster);
  const arrived = admitJobs(cluster, request);
  const ticked = cluster.nextTickAt <= next;
  if (ticked) tick(cluster, request);
  if (ended || arrived || ticked) rank(cluster, request);
  claim(cluster);
}

/** @returns true when a stage or a job has ended */
function endShards(cluster: Cluster): boolean {
  let stageEnded = false;
  while (cluster.running.size() > 0 && (cluster.endsAt[cluster.running.first()] ?? 0) <= cluster.now) {
    const { active, stage } = cluster.shardOf[cluster.running.pop()] ?? {};
    if (!active || stage === undefined) continue;
    cluster.runningCount -= 1;
    cluster.ends.push(cluster.now);
    active.openCounts[stage] = (active.openCounts[stage] ?? 0) - 1;
    if (active.openCounts[stage] !== 0) continue;
    stageEnded = true;
    if (active.openCounts.every((open) => open === 0)) {
      cluster.active.delete(active.number);
      cluster.finishedAt.set(active.number, cluster.now);
    } else openStages(cluster, active, stage);
  }
  return stageEnded;
}

function openStages(cluster: Cluster, active: ActiveJob, ended: number | undefined): void {
  for (const [stage, { before }] of active.job.stages.entries()) {
    const waits = before.some((earlier) => (active.openCounts[earlier] ?? 0) > 0);
    const opens = ended === undefined ? before.length === 0 : before.includes(ended);
    if (opens && !waits) cluster.ready.push({ active, stage, nextShard: 0, key: 0 });
  }
}

function admitJobs(cluster: Cluster, { jobs }: ClusterRequest): boolean {
  const first = cluster.nextJob;
  for (let job = jobs[cluster.nextJob]; job && job.arrivesAt <= cluster.now; job = jobs[cluster.nextJob]) {
    const active = {
      job,
      number: cluster.nextJob,
      openCounts: job.stages.map(({ actualMs }) => actualMs.length),
      upwardMs: upwardChains(job.stages),
      slowUpwardMs: upwardChains(
        job.stages.map((stage) => ({ ...stage, predictedMs: stage.slowMs ?? stage.predictedMs })),
      ),
    };
    cluster.active.set(active.number, active);
    cluster.arrivals.push({ at: cluster.now, count: active.openCounts.reduce((sum, open) => sum + open, 0) });
    cluster.nextJob += 1;
    openStages(cluster, active, undefined);
  }
  return cluster.nextJob > first;
}

function tick(cluster: Cluster, { controller, tickMs, provisionMs }: ClusterRequest): void {
  cluster.nextTickAt = cluster.now + tickMs;
  while ((cluster.arrivals[0]?.at ?? cluster.now) < cluster.now - WINDOW_MS) cluster.arrivals.shift();
  while ((cluster.ends[0] ?? cluster.now) < cluster.now - WINDOW_MS) cluster.ends.shift();
  const comingCount = cluster.coming.reduce((sum, { count }) => sum + count, 0);
  const have = cluster.slotCount + comingCount;
  const wanted = Math.max(
    0,
    controller.desired({
      now: cluster.now,
      jobs: [...cluster.active.values()],
      queuedCount: cluster.ready.reduce((sum, one) => sum + shardsLeft(one), 0),
      runningCount: cluster.runningCount,
      slotCount: have,
      arrivedCount: cluster.arrivals.reduce((sum, { count }) => sum + count, 0),
      endedCount: cluster.ends.length,
    }),
  );
  if (wanted > have) cluster.coming.push({ at: cluster.now + provisionMs, count: wanted - have });
  else cluster.slotCount = Math.max(cluster.runningCount, wanted - comingCount);
}

function rank(cluster: Cluster, { policy, controller }: ClusterRequest): void {
  const slotMax = controller.isFixed ? Math.max(1, cluster.slotCount) : Number.POSITIVE_INFINITY;
  const keyOf = policy.keys([...cluster.active.values()], slotMax, cluster.now);
  for (const one of cluster.ready) one.key = keyOf(one.active, one.stage);
  cluster.ready.sort((a, b) => a.key - b.key || a.active.number - b.active.number || a.stage - b.stage);
}

function claim(cluster: Cluster): void {
  for (const one of cluster.ready) {
    const durations = one.active.job.stages[one.stage]?.actualMs ?? [];
    while (cluster.runningCount < cluster.slotCount && one.nextShard < durations.length) {
      const shard = cluster.endsAt.push(cluster.now + (durations[one.nextShard] ?? 0)) - 1;
      cluster.shardOf.push({ active: one.active, stage: one.stage });
      cluster.running.push(shard);
      cluster.runningCount += 1;
      one.nextShard += 1;
    }
  }
  cluster.ready = cluster.ready.filter((one) => shardsLeft(one) > 0);
}

function shardsLeft({ active, stage, nextShard }: Ready): number {
  return (active.job.stages[stage]?.actualMs.length ?? 0) - nextShard;
}

function outcomeOf({ finishedAt, provisionedMs, usefulMs, now }: Cluster, { jobs }: ClusterRequest): ClusterOutcome {
  const workOf = ({ stages }: SimulatedJob) =>
    stages.reduce((sum, { actualMs }) => sum + actualMs.reduce((a, b) => a + b, 0), 0);
  const hits = jobs.filter(
    ({ deadlineAt }, number) => (finishedAt.get(number) ?? Number.POSITIVE_INFINITY) <= deadlineAt,
  );
  const workMs = jobs.reduce((sum, job) => sum + workOf(job), 0);
  return {
    jobCount: jobs.length,
    hitCount: hits.length,
    hitWorkShare: hits.reduce((sum, job) => sum + workOf(job), 0) / Math.max(1, workMs),
    provisionedOverUseful: provisionedMs / Math.max(1, usefulMs),
    endedAt: now,
  };
}
