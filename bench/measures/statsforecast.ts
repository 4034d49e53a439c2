import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

const run = promisify(execFile);

/** An installation that takes longer will not come. */
const INSTALL_MAX_MS = 300_000;

/** AutoARIMA takes up to three minutes a series. */
const RUN_MAX_MS = 1_800_000;

const Answer = z.array(z.strictObject({ points: z.array(z.number()), tookMs: z.number() }));
export type StatsforecastAnswer = z.infer<typeof Answer>;

/** The first fit compiles; it is thrown away. */
const PROGRAM = `
import json, sys, time
import numpy as np
from statsforecast.models import AutoARIMA
job = json.load(open(sys.argv[1]))
AutoARIMA(season_length=4).forecast(y=np.sin(np.arange(80.0)) + np.arange(80.0) % 4, h=4)
answers = []
for values in job['series']:
    started = time.perf_counter()
    forecast = AutoARIMA(season_length=job['season']).forecast(y=np.array(values, dtype=float), h=job['horizon'])
    answers.append({'points': [float(value) for value in forecast['mean']], 'tookMs': 1000 * (time.perf_counter() - started)})
json.dump(answers, open(sys.argv[2], 'w'))
`;

/**
 * Runs statsforecast's AutoARIMA on the same machine, in a Python environment under the temporary folder.
 *
 * @param series any number of histories
 * @returns undefined when there is no Python or no package index to install it from
 */
export async function statsforecastAutoArima(
  series: readonly (readonly number[])[],
  { season, horizon }: { readonly season: number; readonly horizon: number },
): Promise<StatsforecastAnswer | undefined> {
  const python = await pythonWithStatsforecast();
  if (python === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'foreshard-speed-'));
  const [program, job, answer] = ['program.py', 'job.json', 'answer.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(program, PROGRAM);
  await writeFile(job, JSON.stringify({ series, season, horizon }));
  await run(python, [program, job, answer], { timeout: RUN_MAX_MS });
  return Answer.parse(JSON.parse(await readFile(answer, 'utf8')));
}

/** Installed once for all runs of the bench. */
async function pythonWithStatsforecast(): Promise<string | undefined> {
  const folder = join(tmpdir(), 'foreshard-statsforecast');
  const python = join(folder, 'bin', 'python');
  try {
    if (!existsSync(python)) await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_MAX_MS });
    await run(python, ['-m', 'pip', 'install', '--quiet', 'statsforecast==2.1.1'], { timeout: INSTALL_MAX_MS });
    return python;
  } catch {
    return undefined;
  }
}
