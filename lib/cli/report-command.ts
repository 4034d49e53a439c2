import { join, resolve } from 'node:path';
import { Command } from 'commander';
import * as z from 'zod';
import { parseStrictly } from '../core/parse-strictly.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { optionsWith, withCommonOptions } from './common-options.ts';
import { openFile } from './open-file.ts';
import { reportAnswer, writeReportPage } from './report-page.ts';
import { runFolder, storedReport } from './stored-report.ts';

const Options = optionsWith({ open: z.boolean().default(false), output: z.string().min(1).optional() });

/** `foreshard report`: a run that has ended, as a table and as one HTML page. */
export function reportCommand(context: CliContext): Command {
  return withCommonOptions(new Command('report'))
    .summary('show a run that has ended, as a table and as one HTML page')
    .description(
      'Shows a run that has ended as a table, and writes its report as one HTML page that needs nothing else.',
    )
    .argument('[run]', 'the run; without it the last one')
    .option('-o, --output <file>', "where to write the page; without it into the run's folder")
    .option('--open', 'open the page in the browser')
    .addHelpText(
      'after',
      '\nThe exit code is that of the run.\n\nExamples:\n  foreshard report --open\n  foreshard report flights-20261124-063000 -o flights.html\n  foreshard report --json | jq .cost',
    )
    .action(async (run: string | undefined, _options, command: Command) => {
      const options = parseStrictly(Options, command.opts(), 'options of report');
      const report = await storedReport(options.home, run);
      const path = resolve(options.output ?? join(runFolder(options.home, report.run), 'report.html'));
      await writeReportPage(path, report);
      const opened = options.open ? await openFile(path) : false;
      const note = options.open && !opened ? ' (no program here to open it)' : '';
      giveAnswer(context, reportAnswer(report, `${path}${note}`, context), options);
    });
}
