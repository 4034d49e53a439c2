import { Command } from 'commander';
import * as z from 'zod';
import { byCodeUnit } from '../core/by-code-unit.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import { textTable } from '../report/text-table.ts';
import type { Task } from '../run/define-task.ts';
import { type Answer, giveAnswer } from './answer.ts';
import type { CliContext } from './cli-context.ts';
import { CommonOptions, withCommonOptions } from './common-options.ts';
import { loadExtensions } from './load-extensions.ts';

interface TaskInfo {
  readonly name: string;
  readonly version: number;
  /** JSON Schema of its parameters; nothing when it takes any. */
  readonly params?: unknown;
}

/** `foreshard tasks`: the task code that a workflow can name. */
export function tasksCommand(context: CliContext): Command {
  return withCommonOptions(new Command('tasks'))
    .summary('list the task code that a workflow can name')
    .description('Lists the task code that a workflow can name, with the parameters of each.')
    .addHelpText('after', '\nExamples:\n  foreshard tasks\n  foreshard tasks --tasks ./my-tasks.ts --json')
    .action(async (_options, command: Command) => {
      const options = parseStrictly(CommonOptions, command.opts(), 'options of tasks');
      const { tasks: registry } = await loadExtensions(options.tasks);
      const tasks = [...registry.values()].sort((a, b) => byCodeUnit(a.name, b.name)).map(taskInfo);
      giveAnswer(context, tasksAnswer(tasks), options);
    });
}

function taskInfo({ name, version, params }: Task): TaskInfo {
  return { name, version, ...(params && { params: z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) }) };
}

function tasksAnswer(tasks: readonly TaskInfo[]): Answer {
  return {
    json: tasks,
    text: (colour) =>
      textTable(
        [
          { title: 'task', align: 'left' },
          { title: 'version', align: 'right' },
          { title: 'parameters', align: 'left' },
        ],
        tasks.map((task) => [
          { text: task.name, paint: colour.bold },
          String(task.version),
          parametersText(task.params),
        ]),
        colour.dim,
      ).join('\n'),
  };
}

const ParamsSchema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

/** `to, prefix?`: a question mark stands after what may be left out. */
function parametersText(params: unknown): string {
  if (params === undefined) return 'any';
  const schema = ParamsSchema.safeParse(params);
  if (!schema.success) return 'see --json';
  const required = new Set(schema.data.required);
  return (
    Object.keys(schema.data.properties)
      .map((name) => (required.has(name) ? name : `${name}?`))
      .join(', ') || 'none'
  );
}
