import type { AnyTask } from '../run/define-task.ts';
import { copy } from './copy.ts';
import { flightsAggregate } from './flights/aggregate.ts';
import { flightsClean } from './flights/clean.ts';
import { flightsJoin } from './flights/join.ts';
import { flightsReport } from './flights/report.ts';
import { replay } from './replay.ts';

/** What a workflow can name without task code of its own: the general tasks, and those of the flights example. */
export const tasks: readonly AnyTask[] = [copy, replay, flightsClean, flightsAggregate, flightsJoin, flightsReport];
