import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { htmlReport } from '../report/html-report.ts';
import type { RunReport } from '../report/run-report.ts';
import { runTable } from '../report/run-table.ts';
import type { Answer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { colourWanted } from './colour-wanted.ts';
import { outcomeExitCode } from './outcome-exit-code.ts';

/** Writes a run's report as one HTML page. */
export async function writeReportPage(path: string, report: RunReport): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, htmlReport(report));
}

/** Where the page of a stack's run goes on this machine. */
export function stackPage({ home, stack }: { readonly home: string; readonly stack: string }, run: string): string {
  return join(home, 'stacks', stack, `${run}.html`);
}

/** A run's report for the terminal, with the place of its page. */
export function reportAnswer(report: RunReport, page: string, context: CliContext): Answer {
  return {
    json: report,
    text: (colour) => {
      const table = runTable(report, { colour: colourWanted(context.out, context.environment) });
      return `${table}${colour.dim('report'.padEnd(14))}${page}`;
    },
    exitCode: outcomeExitCode(report.outcome),
  };
}
