import type { Random } from '../../core/random.ts';
import { type LstmShape, parameterCount } from './lstm-network.ts';

/** What the skip expects before it has learnt anything: 1, 24 and 168 hours ago. */
const SKIP_START: readonly number[] = [0.2, 0, 0.3, 0, 0, 0, 0.5, 0];

/**
 * Small weights by chance, open forget gates (Gers et al., 2000), and a skip that is a mean of the newest value, the
 * day before and the week before.
 */
export function startingParameters(shape: LstmShape, random: Random): Float64Array {
  const { inputCount, cellCount } = shape;
  const width = inputCount + cellCount;
  const size = 1 / Math.sqrt(width);
  const parameters = new Float64Array(parameterCount(shape)).map(() => size * (2 * random() - 1));
  for (let gate = 0; gate <= 4 * cellCount; gate += 1) {
    parameters[gate * (width + 1) + width] = gate >= cellCount && gate < 2 * cellCount ? 1 : 0;
  }
  const outputRow = 4 * cellCount * (width + 1);
  for (let input = 0; input < inputCount; input += 1) parameters[outputRow + input] = SKIP_START[input] ?? 0;
  return parameters;
}
