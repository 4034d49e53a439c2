import type { RunId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { RunDemand } from '../plan/hopeless-runs.ts';
import type { Table } from '../ports/table.ts';
import { readActiveRuns } from './active-run.ts';

/** What is left of all runs that are carried out but one: what they had when they were planned, done evenly since. */
export async function otherDemands(table: Table, run: RunId, now: EpochMs): Promise<readonly RunDemand[]> {
  const active = await readActiveRuns(table);
  return active.flatMap(({ run: other, demand }) => {
    if (other === run || !demand) return [];
    const { at, endsAt, ...noted } = demand;
    const left = endsAt > at ? Math.max(0, Math.min(1, (endsAt - now) / (endsAt - at))) : 0;
    return [{ ...noted, workMs: left * noted.workMs, pathMs: left * noted.pathMs, reserveMs: left * noted.reserveMs }];
  });
}
