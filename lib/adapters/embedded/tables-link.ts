import { MessageChannel, type MessagePort, parentPort } from 'node:worker_threads';

/** Carries the server's end of a worker thread's port to the tables. */
interface TablesGreeting {
  readonly tables: MessagePort;
}

/** In a worker thread: a port of its own to the tables. Requests wait in it until the main thread has passed it on. */
export function openTablesLink(): MessagePort {
  const { port1, port2: tables } = new MessageChannel();
  const greeting: TablesGreeting = { tables };
  parentPort?.postMessage(greeting, [tables]);
  return port1;
}

/** In the main thread: passes on the port of a worker thread that asks for the tables; other messages are not for this. */
export function passTablesLink(message: unknown, connect: (port: MessagePort) => void): void {
  if (typeof message !== 'object' || message === null || !('tables' in message)) return;
  connect((message as TablesGreeting).tables);
}
