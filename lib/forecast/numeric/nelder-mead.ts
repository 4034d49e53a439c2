/** Where a search starts and when it ends. */
export interface SearchOptions {
  readonly start: readonly number[];
  /** Length of the first simplex's edges, the same in every direction. */
  readonly step: number;
  /** Evaluations of the function, at most. */
  readonly evaluationsMax: number;
  /** Ends when the simplex's values differ by less, relative to the best. */
  readonly tolerance: number;
}

interface Vertex {
  readonly at: readonly number[];
  readonly value: number;
}

/**
 * Finds a local minimum without derivatives.
 *
 * @param loss of `start.length` numbers; not finite means forbidden
 * @returns the best point found and its value
 * @complexity O(evaluationsMax * d) beside the function itself
 * @see Nelder and Mead, "A simplex method for function minimization", 1965
 */
export function nelderMead(loss: (at: readonly number[]) => number, options: SearchOptions): Vertex {
  const evaluate = (at: readonly number[]): Vertex => {
    const value = loss(at);
    return { at, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  let simplex = firstSimplex(options).map(evaluate).sort(byValue);
  let evaluationCount = simplex.length;
  while (evaluationCount < options.evaluationsMax && !settled(simplex, options.tolerance)) {
    const moved = improve(simplex, evaluate);
    simplex = moved.simplex.sort(byValue);
    evaluationCount += moved.evaluationCount;
  }
  return simplex[0] ?? evaluate(options.start);
}

function firstSimplex({ start, step }: SearchOptions): readonly (readonly number[])[] {
  return [start, ...start.map((_, axis) => start.map((value, index) => (index === axis ? value + step : value)))];
}

function settled(simplex: readonly Vertex[], tolerance: number): boolean {
  const best = simplex[0]?.value ?? 0;
  const worst = simplex.at(-1)?.value ?? 0;
  return worst - best <= tolerance * (Math.abs(best) + Number.EPSILON);
}

/** One step: reflect the worst vertex, and expand, contract or shrink by what that gives. */
function improve(simplex: readonly Vertex[], evaluate: (at: readonly number[]) => Vertex) {
  const best = simplex[0];
  const worst = simplex.at(-1);
  const second = simplex.at(-2);
  if (!best || !worst || !second) return { simplex: [...simplex], evaluationCount: 1 };
  const others = simplex.slice(0, -1);
  const centre = best.at.map((_, axis) => others.reduce((sum, { at }) => sum + (at[axis] ?? 0), 0) / others.length);
  const towards = (factor: number) =>
    evaluate(centre.map((middle, axis) => middle + factor * ((worst.at[axis] ?? 0) - middle)));
  const reflected = towards(-1);
  if (reflected.value < best.value) {
    const expanded = towards(-2);
    return { simplex: [...others, expanded.value < reflected.value ? expanded : reflected], evaluationCount: 2 };
  }
  if (reflected.value < second.value) return { simplex: [...others, reflected], evaluationCount: 1 };
  const contracted = towards(reflected.value < worst.value ? -0.5 : 0.5);
  if (contracted.value < Math.min(reflected.value, worst.value)) {
    return { simplex: [...others, contracted], evaluationCount: 2 };
  }
  const shrunk = simplex
    .slice(1)
    .map(({ at }) => evaluate(at.map((value, axis) => (value + (best.at[axis] ?? 0)) / 2)));
  return { simplex: [best, ...shrunk], evaluationCount: 2 + shrunk.length };
}

function byValue(a: Vertex, b: Vertex): number {
  return a.value - b.value;
}
