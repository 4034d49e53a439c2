import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { answerPort } from './answer-port.ts';
import { closeIteratorsOnReturn } from './close-iterators-on-return.ts';
import { readLevelAtOnce } from './read-level-at-once.ts';

/** What the thread is started with. */
export interface DynaliteStart {
  readonly path: string | undefined;
}

/** What the thread is told: whom else to answer, or to close. */
export type DynaliteOrder = { readonly connect: MessagePort } | 'close';

/** What the thread says in the end: that everything is on disk, or why not. */
export type DynaliteMessage = { readonly closed: true } | { readonly failure: string };

const { path } = workerData as DynaliteStart;

closeIteratorsOnReturn();
readLevelAtOnce();

// dynalite imitates AWS's slow table changes; nobody here wants to wait for them.
const server = dynalite({
  ...(path === undefined ? {} : { path }),
  createTableMs: 0,
  updateTableMs: 0,
  deleteTableMs: 0,
});

const ports = new Set<MessagePort>();

server.on('error', (error) => say({ failure: error.message }));
parentPort?.on('message', (order: DynaliteOrder) => (order === 'close' ? close() : connect(order.connect)));

function connect(port: MessagePort): void {
  ports.add(port);
  port.on('close', () => ports.delete(port));
  answerPort(server, port);
}

/** dynalite closes its store behind a server that has listened, and only then. */
function close(): void {
  for (const port of ports) port.close();
  server.listen(0, '127.0.0.1', () => {
    server.close((error) => say(error ? { failure: error.message } : { closed: true }));
  });
}

function say(message: DynaliteMessage): void {
  parentPort?.postMessage(message);
}
