import type { ShardType } from '../../lib/core/ids.ts';
import { type Random, seededRandom } from '../../lib/core/random.ts';
import { Settings } from '../../lib/core/settings.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';
import { estimateWorkflow } from '../../lib/forecast/estimate-workflow.ts';
import type { CalibrationRequest } from '../../lib/plan/calibrate-sharding.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import type { Profile, Sample } from '../../lib/profile/profile.ts';
import type { InputLayout } from '../../lib/shards/input-layout.ts';
import { shardWorkflow } from '../../lib/shards/shard-workflow.ts';
import { Workflow } from '../../lib/workflow/definition.ts';

/** A workflow with a deadline, and how well its run times are known. */
export interface CalibrationCase {
  readonly name: string;
  readonly trust: string;
  /** Deadline over the earliest end that predictions allow. */
  readonly looseness: number;
  readonly request: CalibrationRequest;
}

interface Step {
  readonly id: string;
  readonly after?: readonly { readonly operation: string; readonly edge: 'narrow' | 'wide' }[];
  readonly cpuSeconds: number;
}

const wide = (operation: string) => ({ operation, edge: 'wide' as const });

const SHAPES: Readonly<Record<string, readonly Step[]>> = {
  stage: [{ id: 'a', cpuSeconds: 600 }],
  chain: [
    { id: 'a', cpuSeconds: 400 },
    { id: 'b', cpuSeconds: 200, after: [wide('a')] },
    { id: 'c', cpuSeconds: 80, after: [wide('b')] },
  ],
  branches: [
    { id: 'a', cpuSeconds: 300 },
    { id: 'b', cpuSeconds: 300 },
    { id: 'c', cpuSeconds: 300 },
    { id: 'd', cpuSeconds: 300 },
    { id: 'join', cpuSeconds: 60, after: ['a', 'b', 'c', 'd'].map(wide) },
  ],
  diamond: [
    { id: 'a', cpuSeconds: 200 },
    { id: 'b', cpuSeconds: 500, after: [wide('a')] },
    { id: 'c', cpuSeconds: 150, after: [wide('a')] },
    { id: 'd', cpuSeconds: 100, after: [wide('b'), wide('c')] },
  ],
};

/** Spread of a profile's log durations; without one the author's estimates, or nothing, are all that is known. */
const TRUSTS: Readonly<Record<string, number | 'estimates' | 'guess'>> = {
  'profile, 10 %': 0.1,
  'profile, 40 %': 0.4,
  estimates: 'estimates',
  guess: 'guess',
};
const LOOSENESS = [1.5, 3, 8];
const SLOTS = [24, 200];
const BYTES = 1e9;
const SAMPLE_COUNT = 120;

type CaseName = Omit<CalibrationCase, 'request'>;

function nameOf(shape: string, slots: number): string {
  return `${shape}, ${slots} slots`;
}

/** Four shapes, four degrees of trust, three deadlines, few slots and many. */
export function calibrationCases(wanted: (named: CaseName) => boolean = () => true): readonly CalibrationCase[] {
  return Object.entries(SHAPES).flatMap(([shape, steps]) =>
    Object.keys(TRUSTS).flatMap((trust) =>
      SLOTS.flatMap((slots) =>
        LOOSENESS.filter((looseness) => wanted({ name: nameOf(shape, slots), trust, looseness })).map((looseness) =>
          calibrationCase({ shape, steps, trust, slots, looseness }),
        ),
      ),
    ),
  );
}

interface CaseRequest {
  readonly shape: string;
  readonly steps: readonly Step[];
  readonly trust: string;
  readonly slots: number;
  readonly looseness: number;
}

function calibrationCase({ shape, steps, trust, slots, looseness }: CaseRequest): CalibrationCase {
  const known = TRUSTS[trust] ?? 'guess';
  const workflow = Workflow.parse({
    version: 1,
    name: shape,
    deadline: '1h',
    objective: 'deadline',
    operations: steps.map(({ id, after, cpuSeconds }) => ({
      id,
      task: id,
      ...(after ? { after } : { input: { kind: 'csv', location: 'in/' } }),
      estimates: known === 'guess' ? { bytes: cpuSeconds * 1e7 } : { bytes: BYTES, cpuSeconds, memoryMiB: 512 },
    })),
  });
  const settings = Settings.parse({ vcpuMax: slots, slotMax: slots, zones: ['a', 'b', 'c'] });
  const profiles = typeof known === 'number' ? profilesOf(steps, known) : new Map<ShardType, Profile>();
  const sources = steps.filter(({ after }) => !after);
  const bytesOf = ({ cpuSeconds }: Step) => (known === 'guess' ? cpuSeconds * 1e7 : BYTES);
  const layouts = new Map(sources.map((step) => [step.id, layoutOf(bytesOf(step))] as const));
  const types = new Map(steps.map(({ id }) => [id, `${id}@1`]));
  const inputBytes = new Map(sources.map((step) => [step.id, bytesOf(step)]));
  const sharding = {
    workflow,
    layouts,
    estimates: estimateWorkflow({ workflow, inputBytes, types, profiles }),
    versions: new Map(steps.map(({ id }) => [id, 1])),
    slotMax: slots,
    chance: settings.chance,
  };
  const fastest = shardWorkflow({
    ...sharding,
    workflow: { ...workflow, objective: 'latency' },
    timeLeftMs: 1e9,
    caution: 0,
  });
  const workMs = [...sharding.estimates.values()].reduce((sum, one) => sum + one.workMs, 0);
  const earliestMs = Math.max(fastest.expectedLengthMs, workMs / slots);
  const timeLeftMs = Math.round(looseness * earliestMs + settings.startDelayMs);
  return {
    name: nameOf(shape, slots),
    trust,
    looseness,
    request: {
      sharding: { ...sharding, timeLeftMs },
      forecast: {
        profiles,
        estimates: new Map(workflow.operations.map(({ id, estimates }) => [id, estimates])),
        now: 0,
        horizonMs: timeLeftMs,
        level: settings.level,
        context: {},
      },
      allocation: {
        run: 'bench',
        generation: 1,
        newcomer: true,
        now: 0,
        deadlineAt: timeLeftMs,
        priority: 5,
        objective: 'deadline',
        pools: [...listPools(settings, new Set())],
        ledgers: [],
        canaries: [],
        canaryCount: settings.canaryCount,
        startDelayMs: settings.startDelayMs,
        vcpuMax: settings.vcpuMax,
        chance: settings.chance,
      },
    },
  };
}

function layoutOf(bytes: number): InputLayout {
  return {
    unit: 'byte',
    unitCount: bytes,
    segments: [{ units: bytes, bytes }],
    cutInside: true,
    objects: [{ location: 'in/a.csv', units: bytes, sizeBytes: bytes }],
  };
}

/** Earlier runs with shards of many sizes, whose log durations have the given spread about a line. */
function profilesOf(steps: readonly Step[], sigma: number): ReadonlyMap<ShardType, Profile> {
  const random = seededRandom(Math.round(1_000 * sigma));
  return new Map(
    steps.map(({ id, cpuSeconds }) => {
      const samples = Array.from({ length: SAMPLE_COUNT }, (_, at) => sampleOf({ id, cpuSeconds, at, sigma }, random));
      return [`${id}@1`, { type: `${id}@1`, samples, committedCount: SAMPLE_COUNT, failedCount: 0, failures: [] }];
    }),
  );
}

interface SampleRequest {
  readonly id: string;
  readonly cpuSeconds: number;
  readonly at: number;
  readonly sigma: number;
}

function sampleOf({ id, cpuSeconds, at, sigma }: SampleRequest, random: Random): Sample {
  const bytesIn = Math.round((BYTES / 100) * (0.3 + 2 * random()));
  const cpuMs = 200 + cpuSeconds * 1_000 * (bytesIn / BYTES) * Math.exp(sigma * standardNormal(random));
  return {
    run: `r${Math.floor(at / 40)}`,
    shard: `${id}/${at % 40}`,
    epoch: 1,
    memoryTierMiB: 1_769,
    startedAt: at * 1_000,
    durationMs: cpuMs,
    startDelayMs: 100,
    cold: false,
    bytesIn,
    recordsIn: 0,
    bytesOut: bytesIn,
    cpuMs,
    peakMemoryMiB: 300,
    ioMs: 0,
    networkBytes: bytesIn,
    context: {},
  };
}
