import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** The lines of a gzip text file, without the empty ones, cut at the commas, quotes taken off. */
export async function readGzipCsv(path: string): Promise<readonly (readonly string[])[]> {
  const text = gunzipSync(await readFile(path)).toString('utf8');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => line.split(',').map((cell) => cell.replaceAll('"', '').trim()));
}
