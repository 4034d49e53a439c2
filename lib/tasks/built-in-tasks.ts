import type { AnyTask } from '../run/define-task.ts';
import { copy } from './copy.ts';
import { flightsAggregate } from './flights/aggregate.ts';
import { flightsClean } from './flights/clean.ts';
import { flightsJoin } from './flights/join.ts';
import { flightsReport } from './flights/report.ts';
import { lambda } from './lambda.ts';
import { logsExtract } from './logs/extract.ts';
import { logsMerge } from './logs/merge.ts';
import { logsReport } from './logs/report.ts';
import { replay } from './replay.ts';

/** What a workflow can name without task code of its own: the general tasks, and those of the examples. */
export const tasks: readonly AnyTask[] = [
  copy,
  lambda,
  replay,
  flightsClean,
  flightsAggregate,
  flightsJoin,
  flightsReport,
  logsExtract,
  logsMerge,
  logsReport,
];
