import * as z from 'zod';
import type { RunId, ShardType } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import { AccuracyPeriod } from '../forecast/accuracy-trend.ts';
import { runLevel } from '../forecast/run-accuracy.ts';
import type { ItemKey, Table } from '../ports/table.ts';

/** How many runs of a type are remembered: the newest. */
const RUNS_MAX = 60;
const READS_AT_ONCE_MAX = 16;

const RunPeriod = AccuracyPeriod.extend({ run: z.string() });
type RunPeriod = z.infer<typeof RunPeriod>;
const Runs = z.array(RunPeriod).max(RUNS_MAX);

/** How the forecasts of a type's shards came true, run by run, oldest first; none of a type that never ran. */
export async function readRunAccuracy(table: Table, type: ShardType): Promise<readonly RunPeriod[]> {
  const item = await table.get(accuracyKey(type));
  return item ? parseStrictly(Runs, item.runs, `accuracy of '${type}'`) : [];
}

/** Keeps how a run came true. One that is told again replaces itself. */
export async function addRunAccuracy(
  table: Table,
  type: ShardType,
  { run, ...period }: AccuracyPeriod & { readonly run: RunId },
): Promise<void> {
  const others = (await readRunAccuracy(table, type)).filter((one) => one.run !== run);
  const runs = [...others, { run, ...period }].sort((a, b) => a.at - b.at).slice(-RUNS_MAX);
  await table.put({ ...accuracyKey(type), runs });
}

/** At which level to ask for the durations of each type; a type that never ran is not in it. */
export async function readDurationLevels(
  table: Table,
  types: Iterable<ShardType>,
  level: number,
): Promise<ReadonlyMap<ShardType, number>> {
  const levels = await inParallel([...new Set(types)], READS_AT_ONCE_MAX, async (type) => {
    const runs = await readRunAccuracy(table, type);
    return runs.length > 0 ? [[type, runLevel(runs, level)] as const] : [];
  });
  return new Map(levels.flat());
}

function accuracyKey(type: ShardType): ItemKey {
  return { partition: `PROFILE#${type}`, sort: 'ACCURACY' };
}
