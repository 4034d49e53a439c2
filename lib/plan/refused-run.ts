import { ForeshardError } from '../core/foreshard-error.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Plan } from './plan.ts';

/** Why a run was not admitted, and what to ask for instead. */
export function refusedRun({ run, deadlineAt }: Plan, earliestEndAt: EpochMs): ForeshardError {
  const [deadline, earliest] = [deadlineAt, earliestEndAt].map((at) => new Date(Math.ceil(at)).toISOString());
  return new ForeshardError(
    'DeadlineUnreachable',
    `run '${run}' cannot end by ${deadline} beside the runs that hold slots now: the earliest is ${earliest}; ` +
      `give it a later deadline, the objective 'cost' or 'latency' to take what is left over, or start it later`,
  );
}
