import { forecastIngress } from '../../lib/forecast/forecast-ingress.ts';
import type { Interval } from '../../lib/forecast/interval.ts';
import { expectedSteps } from '../../lib/run/backlog/expected-steps.ts';
import { intakePartCount } from '../../lib/run/backlog/intake-parts.ts';
import { layOutBacklogs } from '../../lib/run/backlog/lay-out-backlogs.ts';
import { backlogSteps, stepClosesMs, stepOf, streamOf } from '../../lib/shards/backlog-layout.ts';
import type { InputLayout } from '../../lib/shards/input-layout.ts';
import type { CapacityController } from '../../lib/simulate/capacity-controllers.ts';
import type { QueuedWork } from '../../lib/simulate/simulate-queue.ts';
import { OperationId, Workflow } from '../../lib/workflow/definition.ts';
import type { StreamObject, StreamShape } from './backlog-stream.ts';

const LEVEL = 0.9;
/** `KEPT_STARTS` of lib/plan/allocate.ts: a slot is held through a pause of so many starts. */
const KEPT_STARTS = 4;
/** A shard of an older step has ended, or counts as running. */
const RUNNING_STEPS_MAX = 8;
const ID = OperationId.parse('replicate');

export interface BacklogCase {
  readonly shape: StreamShape;
  readonly lagMs: number;
  readonly startDelayMs: number;
  readonly tickMs: number;
  readonly slotMax: number;
  /** The author's guess of all bytes, over what they are on average. */
  readonly guess: number;
}

/** A shard of a step: its objects lie there when the step closes, and are done when it is. */
export interface StepShard extends QueuedWork {
  readonly objects: readonly StreamObject[];
}

interface PlannedUse {
  readonly from: number;
  readonly until: number;
}

/** A stream as a run lays it out and takes it in; all by step. */
interface Intake {
  readonly stepMs: number;
  readonly closesAt: readonly number[];
  /** Before the run. */
  readonly expected: readonly Interval[];
  readonly plannedCounts: readonly number[];
  /** As it turned out. */
  readonly taken: readonly (readonly StreamObject[])[];
  readonly bytes: readonly number[];
  readonly partCounts: readonly number[];
}

/**
 * A stream as a run takes it in: laid out by the author's bytes, cut at each step's close, its slots by the forecast of
 * ingress. The functions are those of a run; what is not here is the placement by pools and the cost of a claim.
 *
 * @returns shards by arrival, and the controller that starts slots for steps before they close
 */
export function backlogSlots(
  objects: readonly StreamObject[],
  facts: BacklogCase,
): { readonly shards: readonly StepShard[]; readonly controller: CapacityController } {
  const intake = takeIn(objects, facts);
  const shards = intake.taken.flatMap((step, at) =>
    cut(step, intake.closesAt[at] ?? 0, { count: intake.partCounts[at] ?? 1, total: intake.bytes[at] ?? 0 }),
  );
  return { shards, controller: ingressController(intake, facts) };
}

function takeIn(objects: readonly StreamObject[], facts: BacklogCase): Intake {
  const { source, layout, workMs } = laidOut(facts);
  const stream = streamOf(source);
  if (!stream) throw new Error('the bench lays out a stream');
  const steps = backlogSteps(stream);
  const expected = expectedSteps(layout, LEVEL);
  const plannedCounts = countByStep(layout, expected.length);
  const closesAt = expected.map((_, step) => stepClosesMs(steps, step));
  const taken = closesAt.map((at, step) =>
    objects.filter(({ arrivedAt }) => arrivedAt <= at && arrivedAt > (closesAt[step - 1] ?? -1)),
  );
  const bytes = taken.map((step) => step.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const partCounts = taken.map(({ length: objectCount }, step) => {
    const seen = { bytes: bytes[step] ?? 0, objectCount };
    const planned = plannedCounts[step] ?? 1;
    return planned * Math.ceil(intakePartCount({ source, workMs, layout }, seen, facts.slotMax) / planned);
  });
  return { stepMs: steps.stepMs, closesAt, expected, plannedCounts, taken, bytes, partCounts };
}

/** As many slots as shards wait and run, and those that steps about to close will need. */
function ingressController(intake: Intake, { shape, startDelayMs, tickMs }: BacklogCase): CapacityController {
  const { closesAt, bytes, partCounts } = intake;
  const keptMs = KEPT_STARTS * startDelayMs;
  const looksMs = Math.max(keptMs, startDelayMs + tickMs);
  const used = bytes.map((volume, step) => usesOf(closesAt[step] ?? 0, partCounts[step] ?? 1, volume));
  let coming: { readonly takenCount: number; readonly uses: readonly PlannedUse[] } = { takenCount: -1, uses: [] };
  return {
    name: 'forecast of ingress',
    desired({ now, queuedCount, runningCount, slotCount }) {
      const takenCount = closesAt.filter((at) => at <= now).length;
      if (coming.takenCount !== takenCount) coming = { takenCount, uses: usesToCome(takenCount) };
      const uses = [...used.slice(Math.max(0, takenCount - RUNNING_STEPS_MAX), takenCount).flat(), ...coming.uses];
      const peak = (withinMs: number) =>
        closesAt
          .filter((at) => at > now && at <= now + withinMs)
          .reduce((most, at) => Math.max(most, uses.filter(({ from, until }) => from <= at && at < until).length), 0);
      // who has a slot keeps it through a short pause; who has none asks just in time
      const kept = Math.min(slotCount, peak(keptMs));
      return Math.max(runningCount + queuedCount, peak(startDelayMs + tickMs), kept);
    },
  };

  function usesToCome(takenCount: number): readonly PlannedUse[] {
    const expected = intake.expected.slice(takenCount, takenCount + 1 + Math.ceil(looksMs / intake.stepMs));
    const seen = bytes.slice(1, takenCount);
    return forecastIngress({ seen, expected, stepMs: intake.stepMs, level: LEVEL }).flatMap(({ point }, ahead) =>
      usesOf(closesAt[takenCount + ahead] ?? 0, intake.plannedCounts[takenCount + ahead] ?? 1, point),
    );
  }

  function usesOf(from: number, count: number, volume: number): readonly PlannedUse[] {
    const until = from + (volume * shape.msPerByte) / count;
    return Array.from({ length: count }, () => ({ from, until }));
  }
}

/** By the author's estimate alone: the bytes that the stream will bring in all, and the time of one. */
function laidOut({ shape, lagMs, slotMax, guess }: BacklogCase) {
  const bytes = Math.round(guess * shape.objectCount * shape.meanBytes);
  const workMs = bytes * shape.msPerByte;
  const workflow = Workflow.parse({
    version: 1,
    name: 'backlog',
    deadline: `${Math.ceil((shape.closesMs + lagMs) / 1_000)}s`,
    operations: [
      {
        id: ID,
        task: 'copy',
        input: {
          kind: 'objects',
          location: 'inbox/',
          stream: { kind: 'backlog', closes: `${shape.closesMs / 1_000}s`, lag: `${lagMs / 1_000}s` },
        },
        estimates: { bytes },
      },
    ],
  });
  const estimate = { workMs, fixedMs: 0, perShardMs: 0, skew: 1, sigma: 0, bytes, memoryMiB: 512 };
  const laid = layOutBacklogs({
    workflow,
    layouts: new Map(),
    estimates: new Map([[ID, estimate]]),
    arrivals: new Map(),
    startedAt: 0,
    slotMax,
  });
  const [operation] = workflow.operations;
  const layout = laid.layouts.get(ID);
  if (!operation || !layout) throw new Error('the bench lays out one operation');
  return { source: operation.input, layout, workMs };
}

function countByStep({ segments }: InputLayout, stepCount: number): readonly number[] {
  const counts = Array.from({ length: stepCount }, () => 0);
  let start = 0;
  for (const { units } of segments) {
    const step = stepOf({ start });
    counts[step] = (counts[step] ?? 0) + 1;
    start += units;
  }
  return counts;
}

/** As the arrivals lie over the units of a step: by bytes, an object whole in the part in which it starts. */
function cut(
  objects: readonly StreamObject[],
  arrivesAt: number,
  { count, total }: { readonly count: number; readonly total: number },
): readonly StepShard[] {
  const parts: StreamObject[][] = Array.from({ length: count }, () => []);
  let before = 0;
  for (const object of objects) {
    parts[Math.min(count - 1, Math.floor((before * count) / Math.max(1, total)))]?.push(object);
    before += object.sizeBytes;
  }
  return parts.map((part) => ({
    arrivesAt,
    workMs: part.reduce((sum, { workMs }) => sum + workMs, 0),
    objects: part,
  }));
}
