import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Codecs } from '../ports/services.ts';

/** The decoders that Node brings. */
export const zlibCodecs: Codecs = {
  zstd: (input) => zstdDecompressSync(input),
  gzip: (input) => gunzipSync(input),
  brotli: (input) => brotliDecompressSync(input),
};
