import { expect, it } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { addLstmGradient } from '../../../lib/forecast/lstm/lstm-gradient.ts';
import { lstmTape, parameterCount, stepForward } from '../../../lib/forecast/lstm/lstm-network.ts';

const SHAPE = { inputCount: 3, cellCount: 4 };
const LAGS = [1, 2, 5];
const READ_COUNT = 6;
const STEP_COUNT = 13;
const REACH = 5;

/** Half the squared outputs that are fed back: smooth, so that differences measure its slope. */
function lossOf(parameters: Float64Array, past: Float64Array) {
  const tape = lstmTape(SHAPE, STEP_COUNT);
  const path = new Float64Array(REACH + STEP_COUNT);
  path.set(past);
  const outputs = Float64Array.from({ length: STEP_COUNT }, (_, step) => {
    LAGS.forEach((lag, input) => {
      tape.seen[step * 7 + input] = path[REACH + step - lag] ?? 0;
    });
    const output = stepForward(parameters, tape, step);
    if (step >= READ_COUNT) path[REACH + step] = output;
    return step >= READ_COUNT ? output : 0;
  });
  return { tape, outputs, loss: outputs.reduce((sum, output) => sum + output ** 2 / 2, 0) };
}

it('is the slope of the loss by every parameter, through time and through what was fed back', () => {
  const random = seededRandom(5);
  const parameters = new Float64Array(parameterCount(SHAPE)).map(() => 2 * random() - 1);
  const past = new Float64Array(REACH + READ_COUNT).map(() => 2 * random() - 1);
  const { tape, outputs } = lossOf(parameters, past);
  const gradient = new Float64Array(parameters.length);
  addLstmGradient(parameters, tape, { byOutput: outputs.slice(), lags: LAGS, firstFedBack: READ_COUNT }, gradient);
  const step = 1e-5;
  for (const at of parameters.keys()) {
    const moved = (by: number) => lossOf(parameters.with(at, (parameters[at] ?? 0) + by), past).loss;
    const slope = (moved(step) - moved(-step)) / (2 * step);
    // A central difference errs by the step squared and by rounding over the step: about 1e-10 each.
    expect(Math.abs((gradient[at] ?? 0) - slope)).toBeLessThan(1e-7 * Math.max(1, Math.abs(slope)));
  }
});
