import { quantileSketch, type SketchState } from './quantile-sketch.ts';

/** Delays of a group of flights, mergeable without loss: whole counts and sums, and a sketch of the distribution. */
export interface DelaySummaryState {
  readonly count: number;
  readonly sumMinutes: number;
  readonly sketch: SketchState;
}

export interface DelaySummary {
  add(delayMinutes: number): void;
  merge(other: DelaySummaryState): void;
  state(): DelaySummaryState;
}

/** Every quantile of a delay is within one per cent. */
const RELATIVE_ERROR = 0.01;

/** A summary of no flights, to which flights and other summaries are added in any order. */
export function delaySummary(): DelaySummary {
  const sketch = quantileSketch(RELATIVE_ERROR);
  let count = 0;
  let sumMinutes = 0;
  return {
    add(delayMinutes) {
      count += 1;
      sumMinutes += delayMinutes;
      sketch.add(delayMinutes);
    },
    merge(other) {
      count += other.count;
      sumMinutes += other.sumMinutes;
      sketch.merge(other.sketch);
    },
    state: () => ({ count, sumMinutes, sketch: sketch.state() }),
  };
}
