/** A binary heap of whole numbers, smallest key first; equal keys leave it smallest number first. */
export interface NumberHeap {
  readonly size: () => number;
  /** The first number, or -1 for none. */
  readonly first: () => number;
  readonly push: (value: number) => void;
  /** Removes and returns the first number, or -1 for none. */
  readonly pop: () => number;
  /** Removes the first number and adds another one: half the work of the two. */
  readonly replaceFirst: (value: number) => void;
}

/**
 * A heap over numbers whose keys stand in an array outside: no object is made per entry, so 300,000 tasks fit.
 *
 * @param keys the key of each number; it must not change while the number is in the heap
 * @complexity O(log n) for push and pop
 * @see Williams, "Algorithm 232: Heapsort", 1964
 */
export function numberHeap(keys: { readonly [index: number]: number }): NumberHeap {
  const heap: number[] = [];
  const before = (a: number, b: number) => {
    const difference = (keys[a] ?? 0) - (keys[b] ?? 0);
    return difference < 0 || (difference === 0 && a < b);
  };
  const push = (value: number) => {
    let at = heap.length;
    heap.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] ?? 0;
      if (!before(value, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = value;
  };
  const pop = () => {
    const first = heap[0] ?? -1;
    const last = heap.pop() ?? -1;
    if (heap.length > 0) sink(last);
    return first;
  };
  const sink = (value: number) => {
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1] ?? 0, heap[child] ?? 0)) child += 1;
      const below = heap[child] ?? 0;
      if (!before(below, value)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = value;
  };
  const replaceFirst = (value: number) => {
    if (heap.length === 0) push(value);
    else sink(value);
  };
  return { size: () => heap.length, first: () => heap[0] ?? -1, push, pop, replaceFirst };
}
