import { MessageChannel, type MessagePort, parentPort } from 'node:worker_threads';
import { errorMessage, errorName } from '../../core/foreshard-error.ts';
import type { Executions } from '../../ports/executions.ts';
import type { Functions } from '../../ports/functions.ts';

/** What a worker thread can ask the main thread for: on AWS both are calls of a service. */
export interface LinkedServices {
  readonly functions: Functions;
  readonly executions: Executions;
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;

interface Request {
  readonly id: number;
  readonly service: keyof LinkedServices;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** Carries the thread's end of a new link to the main thread. */
interface Greeting {
  readonly link: MessagePort;
}

/** In a worker thread: the main thread's functions and executions. A call's signal stays behind: it cannot cross. */
export function openLink(): LinkedServices {
  const { port1: port, port2: link } = new MessageChannel();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const greeting: Greeting = { link };
  parentPort?.postMessage(greeting, [link]);
  port.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) port.unref();
    if ('answer' in reply) call?.resolve(reply.answer);
    else call?.reject(Object.assign(new Error(reply.error.message), { name: reply.error.name }));
  });
  port.unref();
  let lastId = 0;
  const call = (service: keyof LinkedServices, method: string, args: readonly unknown[]): Promise<never> => {
    lastId += 1;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(lastId, answer);
    port.ref();
    port.postMessage({ id: lastId, service, method, args } satisfies Request);
    return answer.promise as Promise<never>;
  };
  return {
    functions: {
      invoke: (name, payload, options) =>
        call('functions', 'invoke', [
          name,
          payload,
          options?.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs },
        ]),
      concurrency: (name) => call('functions', 'concurrency', [name]),
      reserve: (name, concurrency) => call('functions', 'reserve', [name, concurrency]),
      limits: () => call('functions', 'limits', []),
    },
    executions: {
      start: (machine, name, input) => call('executions', 'start', [machine, name, input]),
      stop: (machine, name, cause) => call('executions', 'stop', [machine, name, cause]),
      describe: (machine, name) => call('executions', 'describe', [machine, name]),
    },
  };
}

/** In the main thread: answers a worker thread that has opened its link; other messages are not for this. */
export function answerLink(message: unknown, services: () => LinkedServices): void {
  if (typeof message !== 'object' || message === null || !('link' in message)) return;
  const { link } = message as Greeting;
  link.on('message', async ({ id, service, method, args }: Request) => {
    link.postMessage(await replyTo(id, () => methodOf(services()[service], method)(...args)));
  });
  link.unref();
}

function methodOf(service: object, method: string): Method {
  return Reflect.get(service, method) as Method;
}

async function replyTo(id: number, answer: () => Promise<unknown>): Promise<Reply> {
  try {
    return { id, answer: await answer() };
  } catch (error) {
    return { id, error: { name: errorName(error), message: errorMessage(error) } };
  }
}
