import type { ShardType } from '../core/ids.ts';
import type { OperationId, Workflow } from '../workflow/definition.ts';

/** The shard type that each operation has on its own, before chains are fused: its task and the code's version. */
export function operationTypes(
  { operations }: Workflow,
  tasks: ReadonlyMap<string, { readonly version: number }>,
): ReadonlyMap<OperationId, ShardType> {
  return new Map(operations.map(({ id, task }) => [id, `${task}@${tasks.get(task)?.version ?? 1}`]));
}
