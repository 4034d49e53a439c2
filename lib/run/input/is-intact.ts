import { crc32 } from './crc32.ts';
import type { OutputContents } from './output-manifest.ts';

/**
 * True when a whole output is as its manifest says, to the last frame.
 *
 * @complexity O(bytes)
 */
export function isIntact(body: Uint8Array, { sizeBytes, frameEnds, frameChecksums }: OutputContents): boolean {
  if (body.length !== sizeBytes) return false;
  return frameEnds.every((end, index) => {
    const start = frameEnds[index - 1] ?? 0;
    return crc32(body.subarray(start, end)) === frameChecksums[index];
  });
}
