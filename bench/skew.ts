import { seededRandom } from '../lib/core/random.ts';
import { listSchedule } from '../lib/plan/list-schedule.ts';
import { taskGraph } from '../lib/plan/task-graph.ts';
import { cutRanges } from '../lib/shards/cut-ranges.ts';
import { keyHistogram } from '../lib/shards/key-histogram.ts';
import type { Bench, BenchRow } from './bench.ts';
import { geometricMean, rounded } from './measures/figures.ts';

const EXPONENTS = [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2];
const KEYS = 50_000;
const RECORDS = 1_000_000;
const SAMPLE = 50_000;
const WORKERS = [8, 32];
const OVER_PARTITION = 8;
const SEED = 11;

/**
 * A keyed input whose frequencies follow Zipf's law, its keys in random order, cut by a histogram of a 5 % sample into
 * eight ranges per worker and run longest first: the time of the last worker over the ideal, which is the mean load or
 * the hottest key, whatever is longer. Beside it, equal ranges of the key space.
 */
export const bench: Bench = {
  name: 'skew',
  needs: 'nothing',
  takes: '10 s',
  async run() {
    const random = seededRandom(SEED);
    const rows: BenchRow[] = [];
    const ratios: number[] = [];
    const equals: number[] = [];
    for (const exponent of EXPONENTS) {
      const { counts, records } = zipfRecords(exponent, random);
      for (const workers of WORKERS) {
        const ideal = Math.max(
          RECORDS / workers,
          counts.reduce((most, count) => Math.max(most, count), 0),
        );
        const sample = Array.from({ length: SAMPLE }, () => records[Math.floor(random() * RECORDS)] ?? 0);
        const rangeCount = OVER_PARTITION * workers;
        const layout = keyHistogram({ keys: sample, unitCount: KEYS, bytes: RECORDS }, rangeCount);
        const ratio = lastEnd(cutRanges(layout, rangeCount), counts, workers) / ideal;
        const equal = lastEnd(equalRanges(workers), counts, workers) / ideal;
        ratios.push(ratio);
        equals.push(equal);
        rows.push({
          zipf: exponent,
          workers,
          'by weight / ideal': rounded(ratio),
          'equal ranges / ideal': rounded(equal),
        });
      }
    }
    return {
      figures: { worst: Math.max(...ratios), geomean: geometricMean(ratios), equalRangesWorst: Math.max(...equals) },
      targets: { worst: { atMost: 1.08 } },
      table: rows,
    };
  },
};

/** Records by inverse transform sampling; the keys' places in the key space are shuffled. */
function zipfRecords(exponent: number, random: () => number): { counts: Float64Array; records: Int32Array } {
  const upTo = new Float64Array(KEYS);
  let sum = 0;
  for (let rank = 0; rank < KEYS; rank += 1) {
    sum += (rank + 1) ** -exponent;
    upTo[rank] = sum;
  }
  const place = Int32Array.from({ length: KEYS }, (_, key) => key);
  for (let at = KEYS - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [place[at], place[other]] = [place[other] ?? 0, place[at] ?? 0];
  }
  const counts = new Float64Array(KEYS);
  const records = Int32Array.from({ length: RECORDS }, () => place[rankAt(upTo, random() * sum)] ?? 0);
  for (const key of records) counts[key] = (counts[key] ?? 0) + 1;
  return { counts, records };
}

function rankAt(upTo: Float64Array, value: number): number {
  let low = 0;
  let high = upTo.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((upTo[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface KeyRange {
  readonly start: number;
  readonly end: number;
  readonly bytes?: number;
}

function equalRanges(count: number): readonly KeyRange[] {
  const edge = (index: number) => Math.round((index * KEYS) / count);
  return Array.from({ length: count }, (_, index) => ({ start: edge(index), end: edge(index + 1) }));
}

/** Longest first by the sampled weight, then whatever worker is free: the true weights decide when it ends. */
function lastEnd(ranges: readonly KeyRange[], counts: Float64Array, workers: number): number {
  const durationsMs = Float64Array.from(ranges, ({ start, end }) =>
    counts.subarray(start, end).reduce((sum, count) => sum + count, 0),
  );
  const keys = Float64Array.from(ranges, ({ bytes = 0 }) => -bytes);
  return listSchedule(
    {
      graph: taskGraph(ranges.length, [], []),
      durationsMs,
      classOf: new Int32Array(ranges.length),
      classes: [{ vcpu: 1, memoryMiB: 0, bins: [0] }],
      bins: [{ vcpu: workers, memoryMiB: 0 }],
    },
    keys,
  ).makespanMs;
}
