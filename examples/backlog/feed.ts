/**
 * Puts small files into a folder while a run replicates it: `node examples/backlog/feed.ts FOLDER SECONDS PER_SECOND`.
 *
 * Each is written beside the folder's names and renamed into it: whoever lists the folder sees whole files alone.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [folder = '', seconds = '8', perSecond = '20'] = process.argv.slice(2);
const endsAt = Date.now() + Number(seconds) * 1_000;

await mkdir(folder, { recursive: true });
for (let number = 0; Date.now() < endsAt; number += 1) {
  const name = join(folder, `object-${String(number).padStart(5, '0')}`);
  const unfinished = `${folder.replace(/\/$/, '')}.unfinished`;
  await writeFile(unfinished, Buffer.alloc(10_000 + ((number * 7_919) % 40_000), number % 251));
  await rename(unfinished, name);
  await sleep(1_000 / Number(perSecond));
}
