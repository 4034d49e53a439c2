/**
 * Names what a model was trained on: equal data and options have equal hashes, others most likely not. No protection
 * against anybody who wants a collision.
 *
 * @returns 16 hexadecimal digits
 * @complexity O(n) for n values in all
 * @see Fowler, Noll and Vo, "FNV-1a", twice with different starts
 */
export function trainingHash(series: readonly Float64Array[], options: readonly number[]): string {
  const all = [Float64Array.from(options), ...series];
  return [0x811c9dc5, 0x9747b28c].map((start) => hashed(all, start).toString(16).padStart(8, '0')).join('');
}

function hashed(series: readonly Float64Array[], start: number): number {
  let hash = start;
  for (const values of series) {
    // The length too: the same values cut in other places are other series.
    for (const byte of new Uint8Array(Float64Array.of(values.length, ...values).buffer)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return hash >>> 0;
}
