import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { closeIteratorsOnReturn } from './close-iterators-on-return.ts';

/** What the thread is started with. */
export interface DynaliteStart {
  readonly path: string | undefined;
}

/** What the thread says: the port that it listens on, why it cannot, or that everything is on disk. */
export type DynaliteMessage = { readonly port: number } | { readonly failure: string } | { readonly closed: true };

const { path } = workerData as DynaliteStart;

closeIteratorsOnReturn();

// dynalite imitates AWS's slow table changes; nobody here wants to wait for them.
const server = dynalite({
  ...(path === undefined ? {} : { path }),
  createTableMs: 0,
  updateTableMs: 0,
  deleteTableMs: 0,
});

// A slot may think for minutes between two requests: its connection must still be there.
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
server.on('connection', (socket) => socket.setNoDelay(true));
server.on('error', (error) => say({ failure: error.message }));
server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }));
parentPort?.once('message', () => {
  server.close((error) => say(error ? { failure: error.message } : { closed: true }));
  server.closeAllConnections();
});

function say(message: DynaliteMessage): void {
  parentPort?.postMessage(message);
}
