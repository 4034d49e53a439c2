/** Two tasks above this never share a bin. */
const HALF = 0.5;
const ROUNDING = 1e-9;

/**
 * Lifts ways to measure what tasks take of a bin by what a large task keeps out: where at most one task above a half of
 * a resource runs at once, it may count for all that the others cannot take beside it, in either resource.
 *
 * What the others take beside it is bounded by the most that any of those that fit takes per share, times the room.
 *
 * @param ofBin for each resource the share of a bin that each task uses
 * @param measures dual feasible: tasks that fit a bin together measure at most 1 in all
 * @returns those that became larger for some task, dual feasible as well
 * @complexity O(resources · measures · large tasks of different shares · tasks)
 */
export function liftedShares(
  ofBin: readonly Float64Array[],
  measures: readonly Float64Array[],
): readonly Float64Array[] {
  return ofBin.flatMap((blocking) => {
    const isLarge = (task: number) => (blocking[task] ?? 0) > HALF + ROUNDING;
    const large = [...blocking.keys()].filter(isLarge);
    const small = [...blocking.keys()].filter((task) => !isLarge(task));
    return large.length === 0 ? [] : measures.flatMap((measure) => lift({ ofBin, measure, large, small }));
  });
}

interface Lifting {
  readonly ofBin: readonly Float64Array[];
  readonly measure: Float64Array;
  readonly large: readonly number[];
  readonly small: readonly number[];
}

function lift({ ofBin, measure, large, small }: Lifting): readonly Float64Array[] {
  const lifted = measure.slice();
  const others = distinct(
    ofBin,
    small.filter((task) => (measure[task] ?? 0) > 0),
  );
  const known = new Map<string, number>();
  for (const task of large) {
    const rooms = ofBin.map((shares) => 1 - (shares[task] ?? 0) + ROUNDING);
    const key = rooms.join();
    const most = known.get(key) ?? mostBeside({ ofBin, measure, others, rooms });
    known.set(key, most);
    lifted[task] = Math.max(measure[task] ?? 0, 1 - most);
  }
  return large.some((task) => (lifted[task] ?? 0) > (measure[task] ?? 0)) ? [lifted] : [];
}

/** One task of each combination of shares. */
function distinct(ofBin: readonly Float64Array[], tasks: readonly number[]): readonly number[] {
  return [...new Map(tasks.map((task) => [ofBin.map((shares) => shares[task]).join(), task])).values()];
}

interface Beside {
  readonly ofBin: readonly Float64Array[];
  readonly measure: Float64Array;
  readonly others: readonly number[];
  readonly rooms: readonly number[];
}

/** An upper end of what tasks can measure in the rooms that are left, at most 1. */
function mostBeside({ ofBin, measure, others, rooms }: Beside): number {
  const fitting = others.filter((other) => ofBin.every((shares, at) => (shares[other] ?? 0) <= (rooms[at] ?? 0)));
  return ofBin.reduce((least, shares, at) => {
    const room = rooms[at] ?? 0;
    const best = fitting.reduce(
      (most, other) => Math.max(most, bestCount(shares[other] ?? 0, room) * (measure[other] ?? 0)),
      0,
    );
    return Math.min(least, best);
  }, 1);
}

function bestCount(share: number, room: number): number {
  return share === 0 ? Number.POSITIVE_INFINITY : room / share;
}
