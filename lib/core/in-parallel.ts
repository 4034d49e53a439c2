/**
 * Does the same with many values, a bounded number at once.
 *
 * @returns the results in the order of the values
 * @throws the first failure; what runs already goes on, nothing new is started
 */
export async function inParallel<Value, Result>(
  values: readonly Value[],
  atOnceMax: number,
  work: (value: Value) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = new Array(values.length);
  const pending = values.entries();
  let failed = false;
  async function lane(): Promise<void> {
    for (const [position, value] of pending) {
      if (failed) return;
      try {
        results[position] = await work(value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnceMax, values.length) }, lane));
  return results;
}
