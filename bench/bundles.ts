import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../infra/bundle.ts';

const ROOT = join(import.meta.dirname, '..');
const SIZE_MAX_KB = 400;
const BYTES_PER_KB = 1_000;

/** Size of every handler's bundle: its file and all chunks that are loaded with it, the AWS SDK among them. */
export const bench = {
  name: 'bundles',
  needs: 'nothing',
  takes: '5 s',
  async run() {
    const handlers = handlerNames();
    const { sizes } = await bundle({ handlers, tasksEntry: join(ROOT, 'lib/tasks/built-in-tasks.ts') });
    return {
      figures: Object.fromEntries([...sizes].map(([name, { bytes }]) => [`${name}Kb`, bytes / BYTES_PER_KB])),
      targets: Object.fromEntries([...sizes.keys()].map((name) => [`${name}Kb`, { atMost: SIZE_MAX_KB }])),
      table: [...sizes].map(([handler, { bytes, sdkBytes }]) => ({
        handler,
        'minified, kB': Math.round(bytes / BYTES_PER_KB),
        'of it SDK, kB': Math.round(sdkBytes / BYTES_PER_KB),
      })),
    };
  },
};

/** Every file of `functions/` that is a stage's handler. */
export function handlerNames(): readonly string[] {
  const files = readdirSync(join(ROOT, 'functions')).filter((file) => file.endsWith('.ts') && file !== 'stage.ts');
  return files.map((file) => file.slice(0, -'.ts'.length));
}
