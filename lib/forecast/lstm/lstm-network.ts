/** How large a network is: one layer of cells between its inputs and one number. */
export interface LstmShape {
  readonly inputCount: number;
  readonly cellCount: number;
}

/** What a run over some steps leaves behind: all that the gradient needs. Row t belongs to step t. */
export interface LstmTape extends LstmShape {
  readonly stepCount: number;
  /** stepCount + 1 rows: the inputs of the step, then the hidden state that it found. */
  readonly seen: Float64Array;
  /** stepCount rows: input, forget, candidate and output gate of every cell, after their squashing. */
  readonly gates: Float64Array;
  /** stepCount + 1 rows: the cells that the step found. */
  readonly cells: Float64Array;
}

/** Gates of a cell: input, forget, candidate, output. */
const GATE_COUNT = 4;

/** Rows of weights for every gate of every cell, then one for the output; each ends with its intercept. */
export function parameterCount({ inputCount, cellCount }: LstmShape): number {
  return (GATE_COUNT * cellCount + 1) * (inputCount + cellCount + 1);
}

/** A tape of zeros: the network starts knowing nothing. */
export function lstmTape({ inputCount, cellCount }: LstmShape, stepCount: number): LstmTape {
  return {
    inputCount,
    cellCount,
    stepCount,
    seen: new Float64Array((stepCount + 1) * (inputCount + cellCount)),
    gates: new Float64Array(stepCount * GATE_COUNT * cellCount),
    cells: new Float64Array((stepCount + 1) * cellCount),
  };
}

/**
 * Runs one step: reads the inputs and the state in row `step` of the tape, and leaves the new state in the next row.
 *
 * @returns the output: linear in the step's inputs, which is the skip past the cells, and in the new hidden state
 * @complexity O(c (i + c)) for c cells and i inputs
 * @see Hochreiter and Schmidhuber, "Long short-term memory", 1997; with the forget gate of Gers et al., 2000
 */
export function stepForward(parameters: Float64Array, tape: LstmTape, step: number): number {
  const { inputCount, cellCount, seen, gates, cells } = tape;
  const width = inputCount + cellCount;
  const row = step * width;
  const gateRow = step * GATE_COUNT * cellCount;
  sumGates(parameters, seen.subarray(row, row + width), gates.subarray(gateRow, gateRow + GATE_COUNT * cellCount));
  for (let gate = 0; gate < GATE_COUNT * cellCount; gate += 1) {
    const sum = gates[gateRow + gate] ?? 0;
    const isCandidate = gate >= 2 * cellCount && gate < 3 * cellCount;
    gates[gateRow + gate] = isCandidate ? Math.tanh(sum) : 1 / (1 + Math.exp(-sum));
  }
  const outputRow = GATE_COUNT * cellCount * (width + 1);
  let output = parameters[outputRow + width] ?? 0;
  for (let input = 0; input < inputCount; input += 1) {
    output += (parameters[outputRow + input] ?? 0) * (seen[row + input] ?? 0);
  }
  for (let cell = 0; cell < cellCount; cell += 1) {
    const at = gateRow + cell;
    const kept = (gates[at + cellCount] ?? 0) * (cells[step * cellCount + cell] ?? 0);
    const state = kept + (gates[at] ?? 0) * (gates[at + 2 * cellCount] ?? 0);
    const hidden = (gates[at + 3 * cellCount] ?? 0) * Math.tanh(state);
    cells[(step + 1) * cellCount + cell] = state;
    seen[row + width + inputCount + cell] = hidden;
    output += (parameters[outputRow + inputCount + cell] ?? 0) * hidden;
  }
  return output;
}

/** Four rows of weights at once: what was seen is loaded once for all of them. A cell has four, so none is left over. */
function sumGates(parameters: Float64Array, seen: Float64Array, gates: Float64Array): void {
  const width = seen.length;
  const line = width + 1;
  for (let gate = 0; gate < gates.length; gate += 4) {
    const first = gate * line;
    let a = parameters[first + width] ?? 0;
    let b = parameters[first + line + width] ?? 0;
    let c = parameters[first + 2 * line + width] ?? 0;
    let d = parameters[first + 3 * line + width] ?? 0;
    for (let column = 0; column < width; column += 1) {
      const value = seen[column] ?? 0;
      const at = first + column;
      a += (parameters[at] ?? 0) * value;
      b += (parameters[at + line] ?? 0) * value;
      c += (parameters[at + 2 * line] ?? 0) * value;
      d += (parameters[at + 3 * line] ?? 0) * value;
    }
    gates[gate] = a;
    gates[gate + 1] = b;
    gates[gate + 2] = c;
    gates[gate + 3] = d;
  }
}
