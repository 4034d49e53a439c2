import { ForeshardError } from '../core/foreshard-error.ts';
import type { Services } from '../ports/services.ts';
import type { Workflow } from '../workflow/definition.ts';

/** @throws {ForeshardError} `InvalidWorkflow` when an operation asks for a replica and there is no second store */
export function requireReplicas({ operations }: Workflow, { replicas }: Pick<Services, 'replicas'>): void {
  const asks = operations.findIndex(({ replicate }) => replicate);
  if (asks === -1 || replicas) return;
  throw new ForeshardError(
    'InvalidWorkflow',
    `operations[${asks}].replicate is true, and this installation has no second store; deploy one (FORESHARD_REPLICA_BUCKET), or leave 'replicate' out`,
  );
}
