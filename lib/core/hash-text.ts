/**
 * A number that follows from a text: spread evenly, the same on every machine. No protection against anybody who wants
 * a collision.
 *
 * @returns 32 bits
 * @complexity O(n) for n code units
 * @see Fowler, Noll and Vo, "FNV-1a", and the finalizer of Appleby, "MurmurHash3": the low bits of the first alone are
 *   badly spread
 */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
