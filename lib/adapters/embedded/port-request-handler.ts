import type { MessagePort } from 'node:worker_threads';
import type { PortRequest, PortResponse } from './answer-port.ts';

/** What the SDK's clients make of a command, as far as it crosses a port. */
export interface ClientRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export type PortRequestHandler = ReturnType<typeof portRequestHandler>;

type ClientResponse = Omit<PortResponse, 'id' | 'body'> & { readonly body: Uint8Array };

const DECODER = new TextDecoder();

/**
 * The `requestHandler` of an SDK client whose server answers at the other end of a port, in another thread: over
 * a socket a request costs the two of them half as much again. The port keeps the process alive only while a request
 * waits. A call's abort signal is not heeded.
 *
 * Once the port is closed, every request fails with `ECONNRESET`, as on a lost connection.
 */
export function portRequestHandler(port: MessagePort) {
  const waiting = new Map<number, PromiseWithResolvers<{ readonly response: ClientResponse }>>();
  let lastId = 0;
  let open = true;
  port.on('message', ({ id, body, ...head }: PortResponse) => {
    waiting.get(id)?.resolve({ response: { ...head, body: Buffer.from(body) } });
    waiting.delete(id);
    if (waiting.size === 0) port.unref();
  });
  port.on('close', () => {
    open = false;
    for (const { reject } of waiting.values()) reject(connectionLost());
    waiting.clear();
  });
  port.unref();
  return {
    metadata: { handlerProtocol: 'message-port' },
    async handle({ method, path, headers, body = '' }: ClientRequest) {
      if (!open) throw connectionLost();
      lastId += 1;
      const answer = Promise.withResolvers<{ readonly response: ClientResponse }>();
      waiting.set(lastId, answer);
      port.ref();
      const text = typeof body === 'string' ? body : DECODER.decode(body);
      port.postMessage({ id: lastId, method, url: path, headers, body: text } satisfies PortRequest);
      return answer.promise;
    },
    destroy: () => port.close(),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function connectionLost(): Error {
  return Object.assign(new Error('the port to the server is closed'), { code: 'ECONNRESET' });
}
