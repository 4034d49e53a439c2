import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import * as z from 'zod';
import { parseStrictly } from '../core/parse-strictly.ts';
import { countText } from '../report/text/count-text.ts';
import type { Workflow } from '../workflow/definition.ts';
import { readWfFormat } from '../workflow/read-wf-format.ts';
import { giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { optionsWith, withCommonOptions } from './common-options.ts';
import { parseJsonFile } from './parse-json-file.ts';

const Options = optionsWith({
  scale: z.coerce.number(),
  deadline: z.string(),
  name: z.string().optional(),
  output: z.string().min(1).optional(),
});

/** `foreshard import`: a recorded scientific workflow as a definition that replays it. */
export function importCommand(context: CliContext): Command {
  return withCommonOptions(new Command('import'))
    .summary('turn a recorded workflow (WfFormat 1.5) into a definition')
    .description(
      'Turns a recorded scientific workflow (WfFormat 1.5, wfcommons) into a definition whose tasks replay the recorded CPU time, memory and bytes.',
    )
    .argument('<instance>', 'a WfFormat 1.5 file')
    .option('--scale <factor>', 'what CPU time, memory and bytes are multiplied by', '1')
    .option('--deadline <time>', 'the deadline of the definition: 90s, 10m, 2h, PT10M or a moment', '1h')
    .option('--name <name>', "the definition's name; without it the recording's own")
    .option('-o, --output <file>', 'where to write the definition; without it to standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  foreshard import 1000genome.json --scale 0.005 --deadline 5m -o genome.workflow.json\n  foreshard import montage.json | jq .operations[0]',
    )
    .action(async (instance: string, _options, command: Command) => {
      const options = parseStrictly(Options, command.opts(), 'options of import');
      const { scale, deadline, name, output } = options;
      const json = parseJsonFile(await readFile(instance, 'utf8'), instance);
      const workflow = readWfFormat(json, { scale, deadline, ...(name !== undefined && { name }) });
      const text = JSON.stringify(workflow, null, 2);
      if (output !== undefined) await writeFile(output, `${text}\n`);
      giveAnswer(
        context,
        { json: workflow, text: () => (output === undefined ? text : writtenText(workflow, output)) },
        options,
      );
    });
}

function writtenText({ name, operations }: Workflow, output: string): string {
  return `${output}: workflow '${name}' with ${countText(operations.length)} operations; run it with foreshard run ${output}`;
}
