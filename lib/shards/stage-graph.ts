import { topologicalOrder } from '../core/topological-order.ts';
import type { DurationCurve } from './duration-curve.ts';

/** An operation, for the question of how many shards it gets. */
export interface CountedStage {
  readonly id: string;
  readonly after: readonly string[];
  readonly curve: DurationCurve;
}

/** The stages in topological order with their edges as positions: the solvers below look at them many times. */
export interface StageGraph {
  readonly stages: readonly CountedStage[];
  readonly before: readonly (readonly number[])[];
  readonly following: readonly (readonly number[])[];
}

/** @throws {ForeshardError} `CyclicWorkflow` or `DanglingEdge` */
export function stageGraph(unordered: readonly CountedStage[]): StageGraph {
  const stages = topologicalOrder(unordered);
  const position = new Map(stages.map(({ id }, index) => [id, index]));
  const before = stages.map(({ after }) => [...new Set(after)].map((id) => position.get(id) ?? 0));
  const following: number[][] = stages.map(() => []);
  for (const [index, list] of before.entries()) for (const earlier of list) following[earlier]?.push(index);
  return { stages, before, following };
}

/** For each stage the longest chain that ends with it (`heads`) and that starts with it (`tails`), itself included. */
export interface Chains {
  readonly heads: Float64Array;
  readonly tails: Float64Array;
  readonly lengthMs: number;
}

/** @complexity O(n + m) */
export function longestChains({ before, following }: StageGraph, timesMs: Float64Array): Chains {
  const heads = new Float64Array(timesMs.length);
  const tails = new Float64Array(timesMs.length);
  let lengthMs = 0;
  for (const [index, list] of before.entries()) {
    heads[index] = (timesMs[index] ?? 0) + largest(list, heads);
    lengthMs = Math.max(lengthMs, heads[index] ?? 0);
  }
  for (let index = timesMs.length - 1; index >= 0; index -= 1) {
    tails[index] = (timesMs[index] ?? 0) + largest(following[index] ?? [], tails);
  }
  return { heads, tails, lengthMs };
}

/** Positions of one longest chain, first to last; ties go to the stage that comes first. */
export function longestPath(graph: StageGraph, chains: Chains, timesMs: Float64Array): readonly number[] {
  const path: number[] = [];
  let list: readonly number[] = graph.stages.keys().toArray();
  for (let at = argLargest(list, chains.heads); at >= 0; at = argLargest(list, chains.heads)) {
    path.push(at);
    list = (chains.heads[at] ?? 0) - (timesMs[at] ?? 0) > 0 ? (graph.before[at] ?? []) : [];
  }
  return path.reverse();
}

function largest(list: readonly number[], values: Float64Array): number {
  let best = 0;
  for (const index of list) best = Math.max(best, values[index] ?? 0);
  return best;
}

function argLargest(list: readonly number[], values: Float64Array): number {
  let best = -1;
  for (const index of list) if (best < 0 || (values[index] ?? 0) > (values[best] ?? 0)) best = index;
  return best;
}
