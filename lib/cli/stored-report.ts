import { glob, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { folderObjectStore } from '../adapters/embedded/folder-object-store.ts';
import { homeFolders } from '../adapters/embedded/home-folders.ts';
import { collect } from '../core/collect.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import { RunReport } from '../report/run-report.ts';
import { readDocument } from '../run/run-document.ts';
import { runFolder } from './run-folder.ts';

/** Runs that a message names when the one asked for is not there. */
const NAMED_MAX = 5;

/**
 * The report of a run that has ended; it can be read while another process uses the folder.
 *
 * @param run nothing means the run that was reported last
 * @throws {ForeshardError} `UnknownRun`, naming the runs that there are
 */
export async function storedReport(home: string, run: string | undefined): Promise<RunReport> {
  const reported = await reportedRuns(home);
  const found = run === undefined ? reported[0] : reported.find((one) => one === run);
  if (found === undefined) throw unknownRun(home, run, reported);
  return readDocument(
    folderObjectStore({ root: homeFolders(home).objects }),
    { run: found, name: 'report' },
    RunReport,
  );
}

/** Runs that have a report, the last one first. */
async function reportedRuns(home: string): Promise<readonly string[]> {
  const files = await collect(glob(join(runFolder(home, '*'), 'report.json')));
  const runs = await Promise.all(
    files.map(async (file) => ({ run: basename(dirname(file)), atMs: (await stat(file)).mtimeMs })),
  );
  return runs.sort((a, b) => b.atMs - a.atMs).map(({ run }) => run);
}

function unknownRun(home: string, run: string | undefined, reported: readonly string[]): ForeshardError {
  const wanted = run === undefined ? 'no run' : `no run '${run}'`;
  const there =
    reported.length === 0
      ? 'there is none yet: start one with foreshard run'
      : `the last ones are ${reported.slice(0, NAMED_MAX).join(', ')}`;
  return new ForeshardError('UnknownRun', `${wanted} has a report in '${home}'; ${there}`);
}
