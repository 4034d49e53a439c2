import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { LstmDocument } from '../../lib/forecast/lstm/lstm-document.ts';
import { type LstmTraining, trainLstm } from '../../lib/forecast/lstm/train-lstm.ts';

/** Trains in a thread of its own, so that two trainings take two cores. */
export async function trainInThread(training: LstmTraining): Promise<LstmDocument> {
  const thread = new Worker(new URL(import.meta.url), { workerData: training });
  const [document] = await once(thread, 'message');
  return LstmDocument.parse(document);
}

if (!isMainThread) parentPort?.postMessage(trainLstm(workerData));
