import type { ShardType } from '../../core/ids.ts';
import type { ArrivalForecast } from '../../forecast/arrival-forecast.ts';
import type { Table } from '../../ports/table.ts';
import { streamOf } from '../../shards/backlog-layout.ts';
import type { OperationId, Workflow } from '../../workflow/definition.ts';
import { readArrivals } from '../arrival-store.ts';

/** The profiler's forecast of arrivals for each operation with a backlog, where there is one. */
export async function backlogArrivals(
  { operations }: Workflow,
  types: ReadonlyMap<OperationId, ShardType>,
  table: Table,
): Promise<ReadonlyMap<OperationId, ArrivalForecast>> {
  const arrivals = new Map<OperationId, ArrivalForecast>();
  for (const { id, input, task } of operations) {
    if (!streamOf(input)) continue;
    const forecast = await readArrivals(table, types.get(id) ?? task);
    if (forecast) arrivals.set(id, forecast);
  }
  return arrivals;
}
