import { ForeshardError } from '../../core/foreshard-error.ts';

/** A sketch as plain JSON: buckets are flat `[index, count, index, count, ...]` in ascending index. */
export interface SketchState {
  readonly relativeError: number;
  readonly zeroCount: number;
  readonly positive: readonly number[];
  /** Buckets of the negated negative values. */
  readonly negative: readonly number[];
}

export interface QuantileSketch {
  add(value: number): void;
  /** Adds what another sketch has seen; the result is the sketch of both inputs, in whatever order. */
  merge(other: SketchState): void;
  /**
   * For each probability p the value of rank `floor(p * (n - 1))` among the n values in ascending order, at most
   * `relativeError` of itself off.
   *
   * @throws {ForeshardError} `InvalidInput` when nothing was added, or for a probability outside [0, 1]
   */
  quantiles(probabilities: readonly number[]): readonly number[];
  /** Equal for equal inputs, whatever the order and the merges. */
  state(): SketchState;
}

/** Counts by bucket number. */
type Buckets = Map<number, number>;

/** Values of equal sign or zero that the sketch cannot tell apart. */
interface Cell {
  readonly value: number;
  readonly size: number;
}

/** Magnitudes below this count as zero, those above are refused: between them a bucket's value is finite and normal. */
const SMALLEST_MAGNITUDE = 1e-300;
const LARGEST_MAGNITUDE = 1e300;

/**
 * A quantile sketch with a relative error bound (DDSketch): counts in buckets whose borders grow by
 * `(1 + relativeError) / (1 - relativeError)`. Counts are whole numbers, so merging is exact and has no order.
 *
 * @param relativeError in (0, 1): 0.01 puts every quantile within 1 % of the true value
 * @throws {ForeshardError} `InvalidInput` for an error outside (0, 1), a value that is no number or too large, or a
 *   merge of sketches with different errors
 * @complexity O(1) an added value; O(b log b) for the others, b buckets: 230 for each factor of 100 at 0.01
 * @see Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
 *   VLDB 2019; docs/adr/0010-quantile-sketch.md
 */
export function quantileSketch(relativeError: number): QuantileSketch {
  if (!(relativeError > 0 && relativeError < 1)) throw badError(relativeError);
  const growth = (1 + relativeError) / (1 - relativeError);
  const logGrowth = Math.log(growth);
  const positive: Buckets = new Map();
  const negative: Buckets = new Map();
  let zeroCount = 0;

  return {
    add(value) {
      const magnitude = Math.abs(value);
      if (!(magnitude <= LARGEST_MAGNITUDE)) throw badValue(value);
      if (magnitude < SMALLEST_MAGNITUDE) zeroCount += 1;
      else increase(value > 0 ? positive : negative, Math.ceil(Math.log(magnitude) / logGrowth), 1);
    },
    merge(other) {
      if (other.relativeError !== relativeError) throw unlike(relativeError, other.relativeError);
      zeroCount += other.zeroCount;
      increaseAll(positive, other.positive);
      increaseAll(negative, other.negative);
    },
    quantiles(probabilities) {
      const below = cellsOf(negative, growth).map(({ value, size }) => ({ value: -value, size }));
      const cells = [...below.reverse(), { value: 0, size: zeroCount }, ...cellsOf(positive, growth)];
      return probabilities.map((probability) => quantileOf(cells, probability));
    },
    state: () => ({
      relativeError,
      zeroCount,
      positive: ascending(positive).flat(),
      negative: ascending(negative).flat(),
    }),
  };
}

function increase(buckets: Buckets, bucket: number, by: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + by);
}

function increaseAll(buckets: Buckets, flat: readonly number[]): void {
  for (let at = 0; at + 1 < flat.length; at += 2) increase(buckets, flat[at] ?? 0, flat[at + 1] ?? 0);
}

function ascending(buckets: Buckets): [number, number][] {
  return [...buckets].sort(([a], [b]) => a - b);
}

/** In ascending order, each at the value of equal relative distance to both borders of its bucket. */
function cellsOf(buckets: Buckets, growth: number): Cell[] {
  return ascending(buckets).map(([bucket, size]) => ({ value: (2 * growth ** bucket) / (growth + 1), size }));
}

/** @param cells in ascending order of value */
function quantileOf(cells: readonly Cell[], probability: number): number {
  if (!(probability >= 0 && probability <= 1)) throw badProbability(probability);
  const count = cells.reduce((sum, { size }) => sum + size, 0);
  const rank = Math.floor(probability * (count - 1));
  let seen = 0;
  for (const { value, size } of cells) {
    seen += size;
    if (seen > rank && size > 0) return value;
  }
  throw new ForeshardError('InvalidInput', 'a sketch without values has no quantiles; add one or leave it out');
}

function badError(relativeError: number): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `a sketch cannot have a relative error of ${relativeError}; it lies between 0 and 1, both excluded`,
  );
}

function badValue(value: number): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `a sketch cannot count ${value}; give numbers of magnitude ${LARGEST_MAGNITUDE} at most`,
  );
}

function badProbability(probability: number): ForeshardError {
  return new ForeshardError('InvalidInput', `there is no quantile ${probability}; ask for one from 0 to 1`);
}

function unlike(own: number, other: number): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `sketches of relative errors ${own} and ${other} cannot be merged; build both with the same one`,
  );
}
