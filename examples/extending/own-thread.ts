import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

interface Call {
  readonly functionName: string;
  readonly memoryMiB: number;
  readonly eventJson: string;
  readonly endsAt: number;
}

/** What runs in each thread: the worker that Foreshard gives, loaded once, and called by message. */
const { createHandler } = await import(workerData.entry);
const handler = await createHandler(workerData.data);

parentPort?.on('message', async ({ functionName, memoryMiB, eventJson, endsAt }: Call) => {
  try {
    const answer = await handler(JSON.parse(eventJson), {
      functionName,
      awsRequestId: randomUUID(),
      memoryLimitInMB: String(memoryMiB),
      getRemainingTimeInMillis: () => endsAt - Date.now(),
    });
    parentPort?.postMessage({ answer: { answerJson: JSON.stringify(answer ?? null) } });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    parentPort?.postMessage({ answer: { name, message } });
  }
});
