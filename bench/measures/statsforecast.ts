import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

const run = promisify(execFile);

const VERSION = '2.1.1';

/** An installation that takes longer will not come. */
const INSTALL_MAX_MS = 300_000;

/** AutoARIMA takes up to three minutes a series: the last one that was begun may end. */
const LAST_MAX_MS = 300_000;

const Answer = z.strictObject({ points: z.array(z.number()), tookMs: z.number() });
export type StatsforecastAnswer = z.infer<typeof Answer>;

/** The first fit compiles; it is thrown away. An answer is moved into place, so that a stopped run leaves none in half. */
const PROGRAM = `
import json, os, sys, time
import numpy as np
from statsforecast.models import AutoARIMA
job = json.load(open(sys.argv[1]))
AutoARIMA(season_length=4).forecast(y=np.sin(np.arange(80.0)) + np.arange(80.0) % 4, h=4)
begun = time.monotonic()
for path, values in job['open']:
    if time.monotonic() - begun > job['budgetS']:
        break
    started = time.process_time()
    forecast = AutoARIMA(season_length=job['season']).forecast(y=np.array(values, dtype=float), h=job['horizon'])
    answer = {'points': [float(value) for value in forecast['mean']], 'tookMs': 1000 * (time.process_time() - started)}
    json.dump(answer, open(path + '.new', 'w'))
    os.replace(path + '.new', path)
`;

interface Question {
  readonly season: number;
  readonly horizon: number;
  /** No series is begun after so long. */
  readonly budgetMs: number;
}

/**
 * Runs statsforecast's AutoARIMA on the same machine, in a Python environment under the temporary folder. Answers are
 * kept there: the next run goes on with the series that are still open.
 *
 * @param series any number of histories, those that count most in front
 * @returns one answer for each series, undefined where there was no time; undefined when there is no Python or no
 *   package index to install it from
 */
export async function statsforecastAutoArima(
  series: readonly (readonly number[])[],
  question: Question,
): Promise<readonly (StatsforecastAnswer | undefined)[] | undefined> {
  const python = await pythonWithStatsforecast();
  if (python === undefined) return undefined;
  const folder = join(tmpdir(), 'foreshard-statsforecast', 'answers');
  await mkdir(folder, { recursive: true });
  const paths = series.map((values) => join(folder, `${nameOf(values, question)}.json`));
  const [program, job] = [join(folder, 'program.py'), join(folder, `job-${process.pid}.json`)];
  const open = series.flatMap((values, index) => (existsSync(paths[index] ?? '') ? [] : [[paths[index], values]]));
  await writeFile(program, PROGRAM);
  await writeFile(job, JSON.stringify({ ...question, open, budgetS: question.budgetMs / 1_000 }));
  if (open.length > 0) await run(python, [program, job], { timeout: question.budgetMs + LAST_MAX_MS });
  return Promise.all(paths.map(readAnswer));
}

function nameOf(values: readonly number[], { season, horizon }: Question): string {
  const asked = JSON.stringify([VERSION, season, horizon, values]);
  return createHash('sha256').update(asked).digest('hex').slice(0, 32);
}

async function readAnswer(path: string): Promise<StatsforecastAnswer | undefined> {
  return existsSync(path) ? Answer.parse(JSON.parse(await readFile(path, 'utf8'))) : undefined;
}

/** Installed once for all runs of the bench. */
async function pythonWithStatsforecast(): Promise<string | undefined> {
  const folder = join(tmpdir(), 'foreshard-statsforecast');
  const python = join(folder, 'bin', 'python');
  try {
    if (!existsSync(python)) await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_MAX_MS });
    await run(python, ['-m', 'pip', 'install', '--quiet', `statsforecast==${VERSION}`], { timeout: INSTALL_MAX_MS });
    return python;
  } catch {
    return undefined;
  }
}
