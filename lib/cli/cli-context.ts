import type { ProgressTarget } from '../report/progress.ts';
import type { ExitCode } from './exit-code.ts';

/** What a command may touch of its process. */
export interface CliContext {
  readonly out: ProgressTarget;
  readonly err: ProgressTarget;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Says what the process ends with; the last word counts. */
  exit(code: ExitCode): void;
}
