import { parseArgs } from 'node:util';
import { describeFailure } from '../../lib/cli/describe-failure.ts';
import { EXIT_CODES, type ExitCode } from '../../lib/cli/exit-code.ts';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import type { Bench, Measurement } from '../bench.ts';
import { findBench, findBenches } from './find-benches.ts';
import { judgeTargets } from './judge-targets.ts';
import { textTable } from './text-table.ts';

const HELP = `Measures one thing and prints what came out.

Usage: npm run -s bench -- [NAME] [--json] [--data DIR]

Without a NAME: what can be measured, what it needs and how long it takes.

  --json      the last line is {"bench", "figures", "targets", "ok"} in JSON
  --data DIR  a folder laid out as the shared data (default: FORESHARD_DATA)
  --help      this text

Exit codes: 0 measured, whether the targets are met is in the output; 1 the measurement failed;
2 the name is unknown or its data are missing`;

interface Options {
  readonly name: string | undefined;
  readonly json: boolean;
  readonly data: string | undefined;
  readonly help: boolean;
}

/**
 * Lists the benches of a folder, or runs one and prints what it measured.
 *
 * @param args what the user typed: see `--help`
 * @returns the exit code; what went wrong is on stderr
 */
export async function benchCommand(folder: string, args: readonly string[]): Promise<ExitCode> {
  try {
    await obey(folder, readOptions(args));
    return EXIT_CODES.ok;
  } catch (error) {
    const { message, exitCode } = describeFailure(error);
    console.error(message);
    if (exitCode === EXIT_CODES.failed && error instanceof Error) console.error(error.stack);
    return exitCode;
  }
}

/** @throws {ForeshardError} `InvalidInput` for an option that does not exist, or more than one name */
function readOptions(args: readonly string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (positionals.length > 1) throw new Error(`one name at a time, not ${positionals.join(' and ')}`);
    const data = values.data ?? (process.env.FORESHARD_DATA || undefined);
    return { name: positionals[0], json: values.json ?? false, data, help: values.help ?? false };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
    throw new ForeshardError('InvalidInput', `${message}; see --help`, { cause });
  }
}

async function obey(folder: string, { name, json, data, help }: Options): Promise<void> {
  if (help) console.log(HELP);
  else if (name === undefined) list(await findBenches(folder), json);
  else {
    const bench = await findBench(folder, name);
    print(bench, await bench.run({ data }), json);
  }
}

function list(benches: readonly Bench[], json: boolean): void {
  const rows = benches.map(({ name, needs, takes }) => ({ name, needs, takes }));
  console.log(json ? JSON.stringify({ benches: rows }) : textTable(rows));
}

function print({ name }: Bench, measurement: Measurement, json: boolean): void {
  const { figures, targets, table } = measurement;
  const judgements = judgeTargets(measurement);
  const others = Object.entries(figures).filter(([figure]) => !(figure in targets));
  const parts = [
    textTable(table),
    textTable(judgements.map((judgement) => ({ ...judgement }))),
    textTable(others.map(([figure, measured]) => ({ figure, measured }))),
  ];
  console.log(parts.filter((part) => part !== '').join('\n\n'));
  if (json)
    console.log(JSON.stringify({ bench: name, figures, targets, ok: judgements.every(({ ok }) => ok === 'yes') }));
}
