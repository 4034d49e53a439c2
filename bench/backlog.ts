import { seededRandom } from '../lib/core/random.ts';
import { type CapacityController, fixedSlots, kedaQueue, patentBacklog } from '../lib/simulate/capacity-controllers.ts';
import { simulateQueue } from '../lib/simulate/simulate-queue.ts';
import type { Bench, BenchRow, Measurement } from './bench.ts';
import { type BacklogCase, backlogSlots, type StepShard } from './data/backlog-slots.ts';
import { type ArrivalPattern, backlogStream, type StreamObject } from './data/backlog-stream.ts';
import { rounded } from './measures/figures.ts';

const SEEDS = [1, 2, 3, 4, 5];
const WITHIN_MIN = 0.99;
const PATTERNS: readonly ArrivalPattern[] = ['steady', 'bursty', 'daily'];
/** As `startDelayMs` of the settings, and slots that are slow to come. */
const DELAYS_MS = [600, 20_000];
/** What the author may be off by. */
const GUESSES = [1 / 3, 1, 3];
const HOUR_MS = 3_600_000;

interface Rival {
  readonly name: string;
  readonly controllers: readonly { readonly setting: string; make(): CapacityController }[];
}

const PATENT = rival('patent', 'drain s', { values: [60, 120, 300, 600, 1_200, 2_400, 4_800], make: ofDrain });
const OTHERS = [
  rival('KEDA', 'shards per slot', { values: [32, 16, 8, 4], make: kedaQueue }),
  rival('static in hindsight', 'slots', { values: [6, 7, 8, 9, 10, 12, 14], make: fixedSlots }),
];

/**
 * Slots for a stream of objects with a lag to keep: started for steps before they close, by the forecast of ingress as it
 * ships, and by reactive controllers, each over its own parameter. All by `simulateQueue`, as the report compares them;
 * the same objects, five seeds for each pattern; the least slot time with 99 % of the objects within the lag.
 */
export const bench: Bench = {
  name: 'backlog',
  needs: 'nothing',
  takes: '2 min',
  async run() {
    const measured = DELAYS_MS.flatMap((startDelayMs) => PATTERNS.map((pattern) => measure(pattern, startDelayMs)));
    return {
      figures: Object.assign({}, ...measured.map(({ figures }) => figures)),
      targets: Object.assign({}, ...measured.map(({ targets }) => targets)),
      table: measured.flatMap(({ table }) => table),
    };
  },
};

function measure(pattern: ArrivalPattern, startDelayMs: number): Measurement {
  const facts = caseOf(pattern, startDelayMs);
  const streams = SEEDS.map((seed) => backlogStream(facts.shape, seededRandom(seed)));
  const own = GUESSES.map((guess) => ({
    setting: `guess × ${rounded(guess, 2)}`,
    ...sum(streams.map((objects) => ownOutcome(objects, { ...facts, guess }))),
  }));
  const [patent, keda, hindsight] = [PATENT, ...OTHERS].map(({ name, controllers }) => ({
    name,
    ...bestOf(
      controllers.map(({ setting, make }) => ({
        setting,
        ...sum(streams.map((objects) => reactiveOutcome(objects, facts, make()))),
      })),
    ),
  }));
  const known = own.at(GUESSES.indexOf(1));
  if (!known || !patent || !keda || !hindsight) throw new Error('GUESSES has no 1');
  const name = `${pattern}${startDelayMs > 1_000 ? 'Slow' : ''}`;
  const of = { pattern, 'slots come in': `${startDelayMs / 1_000} s` };
  return {
    figures: {
      [`${name}OverPatent`]: known.slotMs / patent.slotMs,
      [`${name}OverKeda`]: known.slotMs / keda.slotMs,
      [`${name}WithinShare`]: known.within,
      [`${name}PatentWithinShare`]: patent.within,
    },
    // as in `elastic`: half of the patent's, three quarters of the best reactive controller's
    targets: {
      [`${name}OverPatent`]: { atMost: 0.5 },
      [`${name}OverKeda`]: { atMost: 0.75 },
      [`${name}WithinShare`]: { atLeast: WITHIN_MIN },
    },
    table: [...own.map((one) => ({ name: 'forecast of ingress', ...one })), patent, keda, hindsight].map((one) =>
      row(of, one),
    ),
  };
}

function rival(
  name: string,
  what: string,
  { values, make }: { readonly values: readonly number[]; make(value: number): CapacityController },
): Rival {
  return { name, controllers: values.map((value) => ({ setting: `${what} ${value}`, make: () => make(value) })) };
}

function ofDrain(drainS: number): CapacityController {
  return patentBacklog(drainS * 1_000);
}

interface Outcome {
  readonly slotMs: number;
  readonly workMs: number;
  readonly objectCount: number;
  readonly withinCount: number;
}

type Total = Outcome & { readonly within: number };

function caseOf(pattern: ArrivalPattern, startDelayMs: number): BacklogCase {
  const shape = { pattern, objectCount: 4_000, closesMs: HOUR_MS, meanBytes: 50_000_000, msPerByte: 0.0001 };
  return { shape, lagMs: 60_000, startDelayMs, tickMs: 1_000, slotMax: 200, guess: 1 };
}

function ownOutcome(objects: readonly StreamObject[], facts: BacklogCase): Outcome {
  const { shards, controller } = backlogSlots(objects, facts);
  const outcome = simulateQueue({ work: shards, controller, ...facts });
  const lags = shards.flatMap(({ objects: own }: StepShard, at) =>
    own.map(({ arrivedAt }) => (outcome.endsAt[at] ?? Number.POSITIVE_INFINITY) - arrivedAt),
  );
  return outcomeOf(objects, { lags, slotMs: outcome.slotMs, lagMs: facts.lagMs });
}

function reactiveOutcome(
  objects: readonly StreamObject[],
  facts: BacklogCase,
  controller: CapacityController,
): Outcome {
  const work = objects.map(({ arrivedAt, workMs }) => ({ arrivesAt: arrivedAt, workMs }));
  const { endsAt, slotMs } = simulateQueue({ work, controller, ...facts });
  const lags = objects.map(({ arrivedAt }, at) => (endsAt[at] ?? Number.POSITIVE_INFINITY) - arrivedAt);
  return outcomeOf(objects, { lags, slotMs, lagMs: facts.lagMs });
}

function outcomeOf(
  objects: readonly StreamObject[],
  { lags, slotMs, lagMs }: { readonly lags: readonly number[]; readonly slotMs: number; readonly lagMs: number },
): Outcome {
  return {
    slotMs,
    workMs: objects.reduce((total, { workMs }) => total + workMs, 0),
    objectCount: objects.length,
    withinCount: lags.filter((lag) => lag <= lagMs).length,
  };
}

function sum(outcomes: readonly Outcome[]): Total {
  const total = (of: (outcome: Outcome) => number) => outcomes.reduce((all, one) => all + of(one), 0);
  const objectCount = total((one) => one.objectCount);
  const withinCount = total((one) => one.withinCount);
  return {
    slotMs: total((one) => one.slotMs),
    workMs: total((one) => one.workMs),
    objectCount,
    withinCount,
    within: withinCount / objectCount,
  };
}

/** The least slot time of those that keep the lag; when none does, the one that comes nearest. */
function bestOf<Tried extends Total>(tried: readonly Tried[]): Tried {
  const enough = tried.filter(({ within }) => within >= WITHIN_MIN);
  if (enough.length > 0) return enough.reduce((best, one) => (one.slotMs < best.slotMs ? one : best));
  return tried.reduce((best, one) => (one.within > best.within ? one : best));
}

function row(
  of: BenchRow,
  { name, setting, slotMs, workMs, within }: Total & { readonly name: string; readonly setting: string },
): BenchRow {
  return {
    ...of,
    slots: name,
    setting,
    'slot hours a stream': rounded(slotMs / HOUR_MS / SEEDS.length, 2),
    'over useful': rounded(slotMs / workMs),
    'within 60 s %': rounded(100 * within, 2),
    'keeps 99 %': within >= WITHIN_MIN ? 'yes' : 'no',
  };
}
