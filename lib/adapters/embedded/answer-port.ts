import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { MessagePort } from 'node:worker_threads';

/** An HTTP request as it crosses a port. */
export interface PortRequest {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Its answer. */
export interface PortResponse {
  readonly id: number;
  readonly statusCode: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Lets a server answer the requests of a port as if they had come over a socket. It is given the part of Node's request
 * and response that dynalite uses: the server need not listen, and nothing is written or parsed as HTTP.
 */
export function answerPort(server: Server, port: MessagePort): void {
  port.on('message', ({ id, method, url, headers, body }: PortRequest) => {
    const request = Object.assign(new EventEmitter(), { method, url, headers });
    server.emit('request', request, responseTo(id, port));
    request.emit('data', body);
    request.emit('end');
  });
}

function responseTo(id: number, port: MessagePort) {
  const headers: Record<string, string> = {};
  return {
    statusCode: 200,
    setHeader(name: string, value: string | number) {
      headers[name.toLowerCase()] = String(value);
    },
    end(body = '') {
      port.postMessage({ id, statusCode: this.statusCode, headers, body } satisfies PortResponse);
    },
  };
}
