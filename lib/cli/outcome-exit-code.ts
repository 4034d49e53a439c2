import type { RunReport } from '../report/run-report.ts';
import { EXIT_CODES, type ExitCode } from './exit-code.ts';

/** How a run ended, for the shell. */
export function outcomeExitCode(outcome: RunReport['outcome']): ExitCode {
  if (outcome === 'met') return EXIT_CODES.ok;
  return outcome === 'missed' ? EXIT_CODES.deadlineMissed : EXIT_CODES.incomplete;
}
