/**
 * The key partition that a record goes to in front of a wide edge: FNV-1a over the key's UTF-16 code units. Equal keys
 * meet in one partition, whichever shard, machine or attempt they come from.
 *
 * @param partitionCount at least 1
 * @complexity O(length of the key)
 * @see Fowler, Noll and Vo, "The FNV Non-Cryptographic Hash Algorithm", RFC 9923
 */
export function partitionOf(key: string, partitionCount: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return spread(hash) % partitionCount;
}

/** The low bits of FNV-1a alone are those of the code units: mixing in the high ones lets counts that are powers of two spread as well. */
function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
