import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod';
import { bundleOptions } from '../infra/bundle.ts';
import { smallYoungGeneration } from '../infra/small-young-generation.ts';
import type { Bench } from './bench.ts';
import { needData } from './need-data.ts';

const ROOT = join(import.meta.dirname, '..');
const SERIES_COUNT = 4_000;
/** Each has its load in steps of five minutes and in hours. */
const TYPE_COUNT = SERIES_COUNT / 2;

/** Ten times what two slow cores need. */
const RUN_MAX_MS = 1_800_000;

const KIB_PER_MB = 1_000_000 / 1_024;

/** What the forecast library consists of, for whoever calls it: all stages' ways into it. */
const LIBRARY = [
  'forecast-shards.ts',
  'forecast-arrivals.ts',
  'ensemble.ts',
  'models/lstm.ts',
  'lstm/train-lstm.ts',
  'lstm/promote-lstm.ts',
  'correlate/correlations.ts',
  'covariates/calendar-covariates.ts',
];

/** What forecasting takes beside time: memory of one scheduled refresh over many series, and bytes of code. */
export const bench: Bench = {
  name: 'forecast-footprint',
  needs: '--data with series/m4-hourly',
  takes: '6 min',
  run: async ({ data }) => {
    needData(data, 'series/m4-hourly');
    const rssMb = (await rssKiBOver(data ?? '')) / KIB_PER_MB;
    const libraryKb = (await libraryBytes()) / 1_000;
    return {
      figures: { seriesCount: SERIES_COUNT, rssMb, libraryKb },
      targets: { rssMb: { atMost: 300 }, libraryKb: { atMost: 150 } },
      table: [
        { what: `memory of a refresh of ${TYPE_COUNT} types, ${SERIES_COUNT} series, MB`, measured: Math.round(rssMb) },
        { what: 'forecast library, minified, kB', measured: Math.round(libraryKb) },
      ],
    };
  },
};

const Answer = z.strictObject({ refittedCount: z.literal(TYPE_COUNT), rssKiB: z.number() });

/** Bundled and with the option of the refresher, as it is on Lambda: TypeScript as it is takes a compiler's memory too. */
async function rssKiBOver(data: string): Promise<number> {
  const program = join(await mkdtemp(join(tmpdir(), 'foreshard-footprint-')), 'refresh-many.mjs');
  await build({
    ...bundleOptions(),
    entryPoints: [{ in: join(import.meta.dirname, 'measures/refresh-many.ts'), out: 'refresh-many' }],
    outdir: dirname(program),
  });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [smallYoungGeneration, program, data, String(TYPE_COUNT)],
    {
      timeout: RUN_MAX_MS,
    },
  );
  return Answer.parse(JSON.parse(stdout)).rssKiB;
}

/** Everything that is loaded with the library but zod, which every handler has anyway; there is no SDK in it. */
async function libraryBytes(): Promise<number> {
  const contents = LIBRARY.map((file) => `export * from './lib/forecast/${file}';`).join('\n');
  const { outputFiles } = await build({
    ...bundleOptions(),
    stdin: { contents, resolveDir: ROOT },
    external: ['zod'],
    outdir: ROOT,
    write: false,
  });
  return outputFiles.reduce((sum, { contents: bytes }) => sum + bytes.length, 0);
}
