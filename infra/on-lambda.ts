import type { Context } from 'aws-lambda';
import type { StageHandler } from '../functions/stage.ts';
import { awsServices } from '../lib/adapters/aws/aws-services.ts';
import type { ExtensionModule } from '../lib/run/extensions.ts';

/**
 * A stage as Lambda calls it, over the services of AWS. They are made while the environment starts, when Lambda gives
 * it more CPU than most functions have in a call. What is wrong with the variables is the answer to every call, because
 * of a start that fails nobody hears its name.
 *
 * Goes into the bundles alone: see `bundle.ts`.
 *
 * @param module what the stage must know of the user's own code: see `bundle.ts`
 */
export function onLambda<Out>(stage: StageHandler<Out>, module: ExtensionModule) {
  const servicesOrThrow = made(() => awsServices(process.env, module));
  return async (event: unknown, context: Context): Promise<Out> => {
    return stage(event, Object.assign(context, { services: servicesOrThrow() }));
  };
}

/** Makes a value now; what goes wrong is thrown to whoever asks for it. */
function made<Value>(make: () => Value): () => Value {
  try {
    const value = make();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
