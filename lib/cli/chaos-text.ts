import type { ChaosCounts } from '../adapters/embedded/chaos-functions.ts';
import type { ChaosSpec } from '../adapters/embedded/chaos-spec.ts';
import { lostWork } from '../report/lost-work.ts';
import type { RunReport } from '../report/run-report.ts';
import { durationText } from '../report/text/duration-text.ts';

/** What chaos did to a run, and what that cost. */
export function chaosText({ seed }: ChaosSpec, { killed, refused }: ChaosCounts, { attempts }: RunReport): string {
  const { lostCount, lostMs, againCount, againMs } = lostWork(attempts);
  return [
    `chaos with seed ${seed} killed ${killed} workers and let ${refused} not start`,
    `${lostCount} attempts were lost with ${durationText(lostMs)} of work, ${againCount} shards were done again in ${durationText(againMs)}`,
  ].join('; ');
}
