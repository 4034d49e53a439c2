import type { EpochMs } from '../core/quantity.ts';
import type { Services } from '../ports/services.ts';
import { readActiveRuns } from '../run/active-run.ts';
import { hasDocument } from '../run/run-document.ts';
import type { HomeState } from './run-states.ts';
import { runState } from './run-states.ts';

/**
 * The runs of a stack that hold something now, or one run that is named, also when it has ended: a bucket is not listed
 * for the names of all.
 */
export async function stackStates(
  { table, objects }: Pick<Services, 'table' | 'objects'>,
  run: string | undefined,
  now: EpochMs,
): Promise<HomeState> {
  const active = (await readActiveRuns(table)).map((one) => one.run);
  const names = run === undefined ? active : [run];
  const known = await Promise.all(
    names.map(async (name) => ((await hasDocument(objects, { run: name, name: 'definition' })) ? name : undefined)),
  );
  const found = known.filter((name) => name !== undefined);
  const runs = await Promise.all(found.map((name) => runState(objects, name, now)));
  return {
    working: found.some((name) => active.includes(name)),
    runs: runs.sort((a, b) => b.startedAt - a.startedAt),
  };
}
