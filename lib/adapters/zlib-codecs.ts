import { zstdDecompressSync } from 'node:zlib';
import type { Codecs } from '../ports/services.ts';

/** The decoders that Node brings. */
export const zlibCodecs: Codecs = { zstd: (input) => zstdDecompressSync(input) };
