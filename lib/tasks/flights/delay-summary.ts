import { quantileSketch, type SketchState } from './quantile-sketch.ts';

/** Delays of a group of flights, mergeable without loss: whole counts and sums, and a sketch of the distribution. */
export interface DelaySummaryState {
  readonly count: number;
  readonly sumMinutes: number;
  readonly sketch: SketchState;
}

/** What a person reads: counts, sums and means exactly, quantiles within one per cent, to two decimals. */
export interface DelayStatistics {
  readonly count: number;
  readonly sumMinutes: number;
  readonly meanMinutes: number;
  readonly p50Minutes: number;
  readonly p95Minutes: number;
  readonly p99Minutes: number;
}

export interface DelaySummary {
  add(delayMinutes: number): void;
  merge(other: DelaySummaryState): void;
  state(): DelaySummaryState;
  /** Of at least one flight. */
  statistics(): DelayStatistics;
}

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
    statistics() {
      const [p50Minutes = 0, p95Minutes = 0, p99Minutes = 0] = sketch.quantiles([0.5, 0.95, 0.99]).map(twoDecimals);
      return { count, sumMinutes, meanMinutes: sumMinutes / count, p50Minutes, p95Minutes, p99Minutes };
    },
  };
}

/** A sketch's logarithms may differ in the last digit between processors: two decimals do not. Adding 0 turns -0 into 0. */
function twoDecimals(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
