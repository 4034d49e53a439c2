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
  count(): number;
  /**
   * The value of rank `floor(probability * (count - 1))` in ascending order, at most `relativeError` of itself off.
   * Nothing when nothing was added.
   */
  quantile(probability: number): number | undefined;
  /** Equal for equal inputs, whatever the order and the merges. */
  state(): SketchState;
}

/** Magnitudes below this count as zero, magnitudes above its inverse are refused: within, a bucket is a normal number. */
const SMALLEST_MAGNITUDE = 1e-300;

type Buckets = Map<number, number>;

/**
 * A quantile sketch with a relative error bound (DDSketch): counts in buckets whose borders grow by
 * `(1 + relativeError) / (1 - relativeError)`. Counts are whole numbers, so merging is exact and has no order.
 *
 * @param relativeError in (0, 1): 0.01 puts every quantile within 1 % of the true value
 * @throws {ForeshardError} `InvalidInput` for an error outside (0, 1), a value or probability that is none, or a merge
 *   of sketches with different errors
 * @complexity O(1) an added value; O(b log b) a quantile, state or merge, b buckets: 230 for each factor of 100 at 0.01
 * @see Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
 *   VLDB 2019; docs/adr/0010-quantile-sketch.md
 */
export function quantileSketch(relativeError = 0.01): QuantileSketch {
  if (!(relativeError > 0 && relativeError < 1)) throw badError(relativeError);
  const growth = (1 + relativeError) / (1 - relativeError);
  const logGrowth = Math.log(growth);
  const positive: Buckets = new Map();
  const negative: Buckets = new Map();
  let zeroCount = 0;

  const bucketOf = (magnitude: number) => Math.ceil(Math.log(magnitude) / logGrowth);
  /** The bucket's value of equal relative distance to both of its borders. */
  const middleOf = (bucket: number) => (2 * growth ** bucket) / (growth + 1);
  const count = () => zeroCount + total(positive) + total(negative);

  return {
    add(value) {
      const magnitude = Math.abs(value);
      if (!(magnitude <= 1 / SMALLEST_MAGNITUDE)) throw badValue(value);
      if (magnitude < SMALLEST_MAGNITUDE) zeroCount += 1;
      else increase(value > 0 ? positive : negative, bucketOf(magnitude), 1);
    },
    merge(other) {
      if (other.relativeError !== relativeError) throw unlike(relativeError, other.relativeError);
      zeroCount += other.zeroCount;
      increaseAll(positive, other.positive);
      increaseAll(negative, other.negative);
    },
    count,
    quantile(probability) {
      if (!(probability >= 0 && probability <= 1)) throw badProbability(probability);
      const rank = Math.floor(probability * (count() - 1));
      const ascending: readonly (readonly [number, number])[] = [
        ...sorted(negative)
          .reverse()
          .map(([bucket, size]) => [-middleOf(bucket), size] as const),
        [0, zeroCount],
        ...sorted(positive).map(([bucket, size]) => [middleOf(bucket), size] as const),
      ];
      let seen = 0;
      for (const [value, size] of ascending) {
        seen += size;
        if (seen > rank && size > 0) return value;
      }
      return undefined;
    },
    state: () => ({
      relativeError,
      zeroCount,
      positive: sorted(positive).flat(),
      negative: sorted(negative).flat(),
    }),
  };
}

function increase(buckets: Buckets, bucket: number, by: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + by);
}

function increaseAll(buckets: Buckets, flat: readonly number[]): void {
  for (let at = 0; at + 1 < flat.length; at += 2) increase(buckets, flat[at] ?? 0, flat[at + 1] ?? 0);
}

function sorted(buckets: Buckets): [number, number][] {
  return [...buckets].sort(([a], [b]) => a - b);
}

function total(buckets: Buckets): number {
  let sum = 0;
  for (const size of buckets.values()) sum += size;
  return sum;
}

function badError(relativeError: number): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `a sketch cannot have a relative error of ${relativeError}; it lies between 0 and 1, both excluded`,
  );
}

function badValue(value: number): ForeshardError {
  return new ForeshardError('InvalidInput', `a sketch cannot count ${value}; give numbers of magnitude 1e300 at most`);
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
