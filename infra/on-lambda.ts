import type { Context } from 'aws-lambda';
import type { StageHandler } from '../functions/stage.ts';
import { awsServices } from '../lib/adapters/aws/aws-services.ts';
import type { Services } from '../lib/ports/services.ts';
import type { ExtensionModule } from '../lib/run/extensions.ts';

/**
 * A stage as Lambda calls it, over the services of AWS. They are made with the first call, so that what is wrong with
 * the environment is an answer with a name, and are kept as long as the execution environment lives.
 *
 * Goes into the bundles alone: see `bundle.ts`.
 *
 * @param module what the stage must know of the user's own code: see `bundle.ts`
 */
export function onLambda<Out>(stage: StageHandler<Out>, module: ExtensionModule) {
  let services: Services | undefined;
  return async (event: unknown, context: Context): Promise<Out> => {
    services ??= awsServices(process.env, module);
    return stage(event, Object.assign(context, { services }));
  };
}
