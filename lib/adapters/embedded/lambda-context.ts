import type { Context } from 'aws-lambda';
import type { Services } from '../../ports/services.ts';
import type { Invocation, LocalHandler } from './invocation.ts';

/** Lambda's context, and the services that this process gives its functions. */
interface EmbeddedContext extends Context {
  readonly services: Services;
}

/** A handler of `functions/`, as Lambda calls it. */
export type LambdaHandler = (event: unknown, context: EmbeddedContext) => Promise<unknown>;

/** Makes a Lambda handler callable here. The services may still be in the making: they are asked for with each call. */
export function localHandler(handler: LambdaHandler, services: () => Services): LocalHandler {
  return (event, invocation) => handler(event, lambdaContext(invocation, services()));
}

function lambdaContext(invocation: Invocation, services: Services): EmbeddedContext {
  const { functionName } = invocation;
  return {
    ...invocation,
    services,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: String(process.pid),
    callbackWaitsForEmptyEventLoop: false,
    // The callbacks of Node.js 8: Node.js 24 on Lambda has them no more, and no handler here calls one.
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
