import { seededRandom } from '../../core/random.ts';
import { adam } from './adam.ts';
import { LSTM_VERSION, type LstmDocument } from './lstm-document.ts';
import { addLstmGradient } from './lstm-gradient.ts';
import { type LstmTape, lstmTape } from './lstm-network.ts';
import { LAGS, levelScale, lstmPath, READ_COUNT, runLstm, SHAPE } from './lstm-path.ts';
import { startingParameters } from './starting-parameters.ts';
import { trainingHash } from './training-hash.ts';
import { validationError } from './validation-error.ts';

/** Steps that the network predicts on its own while it learns. */
const HORIZON = 48;

/** A day at least is read. */
const KNOWN_MIN = 24;

/** Many windows bear a high rate: of as many windows in all, small steps learn less. */
const WINDOWS_A_STEP = 64;
const RATE_MAX = 2e-2;
const WARM_UP_STEPS = 50;

/** The rate falls along a cosine to this share. */
const RATE_LAST = 0.02;

/** Newer windows are drawn more often, in proportion to their place in the series: they look like what comes next. */
const NEWNESS = 2;

/** So often only the newest one to nine days are shown: a new type has no more. */
const SHORT_SHARE = 0.25;
const SHORT_LENGTH_MAX = 200;

export interface LstmTraining {
  /** Hourly histories without gaps; those shorter than four days teach nothing. */
  readonly series: readonly Float64Array[];
  /** Others, that the validation score is measured on: their last two days are predicted. */
  readonly unseen: readonly Float64Array[];
  readonly seed: number;
  /** The budget: each step takes about 70 ms on one vCPU. */
  readonly stepCount: number;
}

/**
 * Trains one network on many series, to predict two days on its own from what it has read; by Adam on the mean
 * absolute error. Equal arguments give an equal document.
 *
 * @returns undefined when no series is long enough
 * @complexity O(s c (i + c)) for s steps
 */
export function trainLstm({ series, unseen, seed, stepCount }: LstmTraining): LstmDocument | undefined {
  const levels = series.map((values) => values.map(levelScale(values).forward)).filter(isLongEnough);
  if (levels.length === 0) return undefined;
  const random = seededRandom(seed);
  const parameters = startingParameters(SHAPE, random);
  const gradient = new Float64Array(parameters.length);
  const optimise = adam(parameters.length);
  const tape = lstmTape(SHAPE, READ_COUNT + HORIZON);
  for (let step = 0; step < stepCount; step += 1) {
    gradient.fill(0);
    for (let window = 0; window < WINDOWS_A_STEP; window += 1) {
      const level = levels[Math.floor(random() * levels.length)] ?? new Float64Array(0);
      const origin = KNOWN_MIN + Math.floor(random() ** (1 / NEWNESS) * (level.length - HORIZON - KNOWN_MIN));
      const isShort = random() < SHORT_SHARE;
      const known = isShort ? KNOWN_MIN + Math.floor(random() * (SHORT_LENGTH_MAX - KNOWN_MIN)) : origin;
      addWindow(parameters, { level, origin, known }, tape, gradient);
    }
    optimise(parameters, gradient, rateAt(step, stepCount));
  }
  // Single precision is what a document holds and what is scored.
  const rounded = Array.from(parameters, Math.fround);
  return {
    version: LSTM_VERSION,
    trainingHash: trainingHash(series, [seed, stepCount, WINDOWS_A_STEP, RATE_MAX]),
    seed,
    stepCount,
    seriesCount: levels.length,
    validationError: validationError(Float64Array.from(rounded), unseen),
    parameters: rounded,
  };
}

function isLongEnough({ length }: Float64Array): boolean {
  return length >= KNOWN_MIN + HORIZON + KNOWN_MIN;
}

function rateAt(step: number, stepCount: number): number {
  const fallen = (1 + Math.cos((Math.PI * step) / stepCount)) / 2;
  return RATE_MAX * Math.min(1, (step + 1) / WARM_UP_STEPS) * (RATE_LAST + (1 - RATE_LAST) * fallen);
}

/** Adds the gradient of one window's mean absolute error, its share of the step's. */
function addWindow(
  parameters: Float64Array,
  { level, origin, known }: { readonly level: Float64Array; readonly origin: number; readonly known: number },
  tape: LstmTape,
  gradient: Float64Array,
): void {
  const { path, centre, spread } = lstmPath(level, origin, { horizon: HORIZON, known });
  runLstm(parameters, path, tape);
  const byOutput = new Float64Array(READ_COUNT + HORIZON);
  for (let ahead = 0; ahead < HORIZON; ahead += 1) {
    const truth = ((level[origin + ahead] ?? 0) - centre) / spread;
    const error = (path[path.length - HORIZON + ahead] ?? 0) - truth;
    byOutput[READ_COUNT + ahead] = Math.sign(error) / HORIZON / WINDOWS_A_STEP;
  }
  addLstmGradient(parameters, tape, { byOutput, lags: LAGS, firstFedBack: READ_COUNT }, gradient);
}
