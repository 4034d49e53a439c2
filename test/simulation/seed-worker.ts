import { parentPort } from 'node:worker_threads';
import { searchSeeds } from './search-seeds.ts';

/** A thread that simulates the seeds it is sent, batch by batch. */
parentPort?.on('message', (batch: { readonly from: number; readonly count: number }) => {
  void searchSeeds(batch).then((search) => parentPort?.postMessage(search));
});
