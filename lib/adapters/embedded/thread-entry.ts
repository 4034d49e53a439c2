import { enableCompileCache, flushCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';
import { errorMessage, errorName } from '../../core/foreshard-error.ts';
import type { CreateHandler, LocalHandler, ThreadAnswer, ThreadCall, ThreadStart } from './invocation.ts';

let starting: Promise<LocalHandler> | undefined;

/** Takes a call in a worker thread. The function is loaded with the first one, so that its failure is an answer. */
export async function call(threadCall: ThreadCall): Promise<ThreadAnswer> {
  const { functionName, awsRequestId, memoryMiB, eventJson, endsAt } = threadCall;
  try {
    starting ??= load(workerData as ThreadStart);
    const handler = await starting;
    const answer = await handler(JSON.parse(eventJson), {
      functionName,
      awsRequestId,
      memoryLimitInMB: String(memoryMiB),
      getRemainingTimeInMillis: () => endsAt - Date.now(),
    });
    return { answerJson: JSON.stringify(answer ?? null) };
  } catch (error) {
    return {
      error: {
        name: errorName(error),
        message: errorMessage(error),
        stack: error instanceof Error ? error.stack : undefined,
      },
    };
  }
}

/** Every thread compiles all its modules anew, which is half of its cold start: the cache spares it. */
async function load({ entry, data }: ThreadStart): Promise<LocalHandler> {
  enableCompileCache();
  const module = (await import(entry)) as { createHandler: CreateHandler };
  const handler = await module.createHandler(data);
  flushCompileCache();
  return handler;
}
