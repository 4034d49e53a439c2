import { resolve } from 'node:path';
import { Command } from 'commander';
import * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import { RunReport } from '../report/run-report.ts';
import { hasDocument, readDocument } from '../run/run-document.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { type CommonOptions, optionsWith, withStackOption } from './common-options.ts';
import { loadModule } from './load-extensions.ts';
import { openFile } from './open-file.ts';
import { bucketStore, localPlace, type ReportPlace, reportAnswer, stackPage, writeReportPage } from './report-page.ts';
import { storedReport } from './stored-report.ts';

const Options = optionsWith({ open: z.boolean().default(false), output: z.string().min(1).optional() });

/** `foreshard report`: a run that has ended, as a table and as one HTML page. */
export function reportCommand(context: CliContext): Command {
  return withStackOption(new Command('report'))
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
      const { report, place } = await reportOf(options, run);
      const page = resolve(options.output ?? place.page);
      await writeReportPage({ ...place, page }, report);
      const opened = options.open ? await openFile(page) : false;
      const note = options.open && !opened ? ' (no program here to open it)' : '';
      giveAnswer(context, reportAnswer(report, { ...place, page: `${page}${note}` }, context), options);
    });
}

/**
 * A report, where its results lie, and where its page goes unless somebody says otherwise: beside it, of a stack into the
 * folder of this machine.
 */
async function reportOf(
  options: CommonOptions,
  run: string | undefined,
): Promise<{ readonly report: RunReport; readonly place: ReportPlace }> {
  if (options.stack === undefined) {
    const report = await storedReport(options.home, run);
    return { report, place: localPlace(options.home, report.run) };
  }
  if (run === undefined) {
    throw new ForeshardError(
      'InvalidInput',
      'which run of the stack? give its name: foreshard status lists those that go on',
    );
  }
  const { openStack } = await import('./open-stack.ts');
  const { services, environment } = await openStack(options.stack, await loadModule(options.tasks));
  const { objects } = services;
  if (!(await hasDocument(objects, { run, name: 'report' }))) {
    throw new ForeshardError('UnknownRun', `no run '${run}' of '${options.stack}' has a report; see foreshard status`);
  }
  return {
    report: await readDocument(objects, { run, name: 'report' }, RunReport),
    place: { page: stackPage({ home: options.home, stack: options.stack }, run), store: bucketStore(environment) },
  };
}
