import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Environment } from '../adapters/aws/environment.ts';
import { htmlReport } from '../report/html-report.ts';
import type { RunReport } from '../report/run-report.ts';
import { runTable } from '../report/run-table.ts';
import type { Answer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { colourWanted } from './colour-wanted.ts';
import { outcomeExitCode } from './outcome-exit-code.ts';
import { outputLines, pathFromHere } from './output-lines.ts';
import { runFolder, storeFolder } from './run-folder.ts';

/** Writes a run's report as one HTML page. */
export async function writeReportPage({ page, store }: ReportPlace, report: RunReport): Promise<void> {
  await mkdir(dirname(page), { recursive: true });
  await writeFile(page, htmlReport(report, store));
}

/** Where a run's report and its results are found. */
export interface ReportPlace {
  /** Path of the page. */
  readonly page: string;
  /** What stands in front of every location in the report: a folder of this machine, or a bucket. */
  readonly store: string;
}

/** Of a run of this machine. */
export function localPlace(home: string, run: string): ReportPlace {
  return { page: resolve(runFolder(home, run), 'report.html'), store: `${resolve(storeFolder(home))}/` };
}

/** Where the page of a stack's run goes on this machine. */
export function stackPage({ home, stack }: { readonly home: string; readonly stack: string }, run: string): string {
  return join(home, 'stacks', stack, `${run}.html`);
}

/** In front of what lies in a stack's own bucket. */
export function bucketStore({ bucket }: Pick<Environment, 'bucket'>): string {
  return `s3://${bucket}/`;
}

/** A run's report for the terminal, with the places of its results and of its page. */
export function reportAnswer(report: RunReport, { page, store }: ReportPlace, context: CliContext): Answer {
  return {
    json: report,
    text: (colour) => {
      const table = runTable(report, { colour: colourWanted(context.out, context.environment) });
      const line = (name: string, text: string) => `${colour.dim(name.padEnd(14))}${text}`;
      const results = outputLines(report, pathFromHere(store)).map((text, index) =>
        line(index === 0 ? 'result' : '', text),
      );
      return `${table}${[...results, line('report', pathFromHere(page))].join('\n')}`;
    },
    exitCode: outcomeExitCode(report.outcome),
  };
}
