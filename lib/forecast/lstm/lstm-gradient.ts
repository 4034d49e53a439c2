import type { LstmTape } from './lstm-network.ts';

/** Which outputs the loss moves with, and how an output comes back as the input of later steps. */
export interface OutputGradients {
  /** stepCount values: derivative of the loss by each output, from its own error alone; overwritten. */
  readonly byOutput: Float64Array;
  /** inputCount of them: input j of step t is the output of step `t - lags[j]`, where that one is fed back. */
  readonly lags: readonly number[];
  /** From this step on outputs are fed back; before it inputs are given. */
  readonly firstFedBack: number;
}

/**
 * Adds the gradient of the loss by every parameter: back through time, and through the outputs that were fed back.
 *
 * @param tape of a run over all steps with these parameters
 * @param gradient as long as the parameters; added to
 * @complexity O(t c (i + c)) for t steps, c cells and i inputs
 * @see Werbos, "Backpropagation through time: what it does and how to do it", 1990
 */
export function addLstmGradient(
  parameters: Float64Array,
  tape: LstmTape,
  { byOutput, lags, firstFedBack }: OutputGradients,
  gradient: Float64Array,
): void {
  const { inputCount, cellCount, stepCount, seen } = tape;
  const width = inputCount + cellCount;
  const outputRow = 4 * cellCount * (width + 1);
  const bySeen = new Float64Array(width);
  const byCell = new Float64Array(cellCount);
  const byGates = new Float64Array(stepCount * 4 * cellCount);
  for (let step = stepCount - 1; step >= 0; step -= 1) {
    // What the step after found as hidden state is this step's.
    const byHidden = bySeen.slice(inputCount);
    const byOwn = byOutput[step] ?? 0;
    if (byOwn !== 0) {
      addOutput(tape, step, byOwn, gradient.subarray(outputRow));
      for (let cell = 0; cell < cellCount; cell += 1) {
        byHidden[cell] = (byHidden[cell] ?? 0) + byOwn * (parameters[outputRow + inputCount + cell] ?? 0);
      }
    }
    const gates = byGates.subarray(step * 4 * cellCount, (step + 1) * 4 * cellCount);
    throughCells(tape, step, { byHidden, byCell, byGates: gates });
    bySeen.fill(0);
    throughGates(parameters, gates, bySeen);
    for (let input = 0; input < inputCount; input += 1) {
      const source = step - (lags[input] ?? 0);
      if (source < firstFedBack) continue;
      const bySkip = byOwn * (parameters[outputRow + input] ?? 0);
      byOutput[source] = (byOutput[source] ?? 0) + (bySeen[input] ?? 0) + bySkip;
    }
  }
  addGateWeights({ byGates, seen, stepCount, width, gateCount: 4 * cellCount }, gradient);
}

/** The row of the output: it has seen the inputs of the step and its new hidden state. */
function addOutput({ inputCount, cellCount, seen }: LstmTape, step: number, byOwn: number, row: Float64Array): void {
  const width = inputCount + cellCount;
  for (let input = 0; input < inputCount; input += 1) {
    row[input] = (row[input] ?? 0) + byOwn * (seen[step * width + input] ?? 0);
  }
  for (let column = inputCount; column < width; column += 1) {
    row[column] = (row[column] ?? 0) + byOwn * (seen[(step + 1) * width + column] ?? 0);
  }
  row[width] = (row[width] ?? 0) + byOwn;
}

/** From the hidden state to the gates before their squashing; `byCell` moves one step back. */
function throughCells(
  { cellCount, gates, cells }: LstmTape,
  step: number,
  by: { readonly byHidden: Float64Array; readonly byCell: Float64Array; readonly byGates: Float64Array },
): void {
  const row = step * 4 * cellCount;
  for (let cell = 0; cell < cellCount; cell += 1) {
    const input = gates[row + cell] ?? 0;
    const forget = gates[row + cellCount + cell] ?? 0;
    const candidate = gates[row + 2 * cellCount + cell] ?? 0;
    const output = gates[row + 3 * cellCount + cell] ?? 0;
    const squashed = Math.tanh(cells[(step + 1) * cellCount + cell] ?? 0);
    const byHidden = by.byHidden[cell] ?? 0;
    const byState = (by.byCell[cell] ?? 0) + byHidden * output * (1 - squashed * squashed);
    by.byGates[cell] = byState * candidate * input * (1 - input);
    by.byGates[cellCount + cell] = byState * (cells[step * cellCount + cell] ?? 0) * forget * (1 - forget);
    by.byGates[2 * cellCount + cell] = byState * input * (1 - candidate * candidate);
    by.byGates[3 * cellCount + cell] = byHidden * squashed * output * (1 - output);
    by.byCell[cell] = byState * forget;
  }
}

/** Four rows of weights at a time: a quarter of the loads and stores of the sums. */
function throughGates(parameters: Float64Array, byGates: Float64Array, bySeen: Float64Array): void {
  const width = bySeen.length;
  const line = width + 1;
  for (let gate = 0; gate < byGates.length; gate += 4) {
    const [a, b] = [byGates[gate] ?? 0, byGates[gate + 1] ?? 0];
    const [c, d] = [byGates[gate + 2] ?? 0, byGates[gate + 3] ?? 0];
    for (let column = 0; column < width; column += 1) {
      const at = gate * line + column;
      bySeen[column] =
        (bySeen[column] ?? 0) +
        a * (parameters[at] ?? 0) +
        b * (parameters[at + line] ?? 0) +
        c * (parameters[at + 2 * line] ?? 0) +
        d * (parameters[at + 3 * line] ?? 0);
    }
  }
}

interface GateSums {
  readonly byGates: Float64Array;
  readonly seen: Float64Array;
  readonly stepCount: number;
  readonly width: number;
  readonly gateCount: number;
}

/** Four steps and two gates at a time, for the same reason; what is beyond the last step counts as nothing. */
function addGateWeights({ byGates, seen, stepCount, width, gateCount }: GateSums, gradient: Float64Array): void {
  const line = width + 1;
  for (let step = 0; step < stepCount; step += 4) {
    const row = step * width;
    for (let gate = 0; gate < gateCount; gate += 2) {
      const at = step * gateCount + gate;
      const [a, e] = [byGates[at] ?? 0, byGates[at + 1] ?? 0];
      const [b, f] = [byGates[at + gateCount] ?? 0, byGates[at + gateCount + 1] ?? 0];
      const [c, g] = [byGates[at + 2 * gateCount] ?? 0, byGates[at + 2 * gateCount + 1] ?? 0];
      const [d, h] = [byGates[at + 3 * gateCount] ?? 0, byGates[at + 3 * gateCount + 1] ?? 0];
      const first = gate * line;
      const second = first + line;
      for (let column = 0; column < width; column += 1) {
        const w = seen[row + column] ?? 0;
        const x = seen[row + width + column] ?? 0;
        const y = seen[row + 2 * width + column] ?? 0;
        const z = seen[row + 3 * width + column] ?? 0;
        gradient[first + column] = (gradient[first + column] ?? 0) + a * w + b * x + c * y + d * z;
        gradient[second + column] = (gradient[second + column] ?? 0) + e * w + f * x + g * y + h * z;
      }
      gradient[first + width] = (gradient[first + width] ?? 0) + a + b + c + d;
      gradient[second + width] = (gradient[second + width] ?? 0) + e + f + g + h;
    }
  }
}
