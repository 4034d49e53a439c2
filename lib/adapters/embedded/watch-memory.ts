import type { Worker } from 'node:worker_threads';
import type { MemoryMiB } from '../../core/quantity.ts';

/** A thread that grows by a gigabyte a second is seen before it has grown by a fifth of that. */
const LOOK_MS = 100;
const BYTES_PER_MIB = 1_048_576;

/**
 * Looks at the memory of threads, heap and buffers alike, even while their code does not let go of them.
 *
 * V8's own limit is no safe one: a single allocation beyond it, such as a `Map` that doubles, ends the whole process
 * and not the thread (node: "CALL_AND_RETRY_LAST Allocation failed").
 *
 * @param threads those that are alive now
 * @param evict called once with each thread that holds more than it may
 */
export function watchMemory(
  threads: () => readonly Worker[],
  memoryMiB: MemoryMiB,
  evict: (thread: Worker) => void,
): Disposable {
  const evicted = new WeakSet<Worker>();
  const timer = setInterval(() => {
    for (const thread of threads()) {
      // a thread that ends meanwhile has no heap any more
      void memoryOf(thread).then(
        (heldMiB) => {
          if (heldMiB <= memoryMiB || evicted.has(thread)) return;
          evicted.add(thread);
          evict(thread);
        },
        () => undefined,
      );
    }
  }, LOOK_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function memoryOf(thread: Worker): Promise<MemoryMiB> {
  const { used_heap_size, external_memory } = await thread.getHeapStatistics();
  return (used_heap_size + external_memory) / BYTES_PER_MIB;
}
