import type { Context } from 'aws-lambda';
import type { StageHandler } from '../functions/stage.ts';
import { awsServices } from '../lib/adapters/aws/aws-services.ts';
import type { Services } from '../lib/ports/services.ts';
import type { AnyTask } from '../lib/run/define-task.ts';

/**
 * A stage as Lambda calls it, over the services of AWS. They are made with the first call, so that what is wrong with
 * the environment is an answer with a name, and are kept as long as the execution environment lives.
 *
 * Goes into the bundles alone: see `bundle.ts`.
 *
 * @param tasks what the stage must know of task code; none for those that neither check definitions nor execute them
 */
export function onLambda<Out>(stage: StageHandler<Out>, tasks: readonly AnyTask[]) {
  let services: Services | undefined;
  return async (event: unknown, context: Context): Promise<Out> => {
    services ??= awsServices(process.env, tasks);
    return stage(event, Object.assign(context, { services }));
  };
}
