import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { completionCommand } from './completion-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { drainCommand, undrainCommand } from './drain-command.ts';
import { importCommand } from './import-command.ts';
import { planCommand } from './plan-command.ts';
import { profileCommand } from './profile-command.ts';
import { reportCommand } from './report-command.ts';
import { resumeCommand, runCommand } from './run-command.ts';
import { simulateCommand } from './simulate-command.ts';
import { statusCommand } from './status-command.ts';
import { tasksCommand } from './tasks-command.ts';

/**
 * Every command of `foreshard`, in the order of its help. What a command needs beyond its options (the AWS SDK, the
 * tables, the handlers) it loads when it runs: `--help` must not wait for them.
 */
export const commands: readonly ((context: CliContext) => Command)[] = [
  planCommand,
  simulateCommand,
  runCommand,
  resumeCommand,
  statusCommand,
  reportCommand,
  importCommand,
  tasksCommand,
  profileCommand,
  drainCommand,
  undrainCommand,
  doctorCommand,
  completionCommand,
];
