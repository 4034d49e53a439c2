import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { livePage } from '../report/live-page.ts';
import type { RunProgress } from '../report/progress.ts';

/** How long a page that is open has to fetch the report, once the run has ended. */
const FAREWELL_MS = 2_000;
const FAREWELL_LOOK_MS = 20;

/** A page on loopback that follows a run. */
export interface LiveView extends AsyncDisposable {
  readonly url: string;
  update(progress: RunProgress): void;
  /** Shows the report to those who watch, and waits until they have it, or not for long. */
  finish(reportPage: string): Promise<void>;
}

/**
 * Serves a run's live view to this machine alone: one page, and its progress as server-sent events. Requests under
 * another name than loopback are refused, so that no site can read it through a name of its own.
 */
export async function liveView(run: string): Promise<LiveView> {
  const watchers = new Set<ServerResponse>();
  let owedCount = 0;
  let page = livePage(run);
  let ended = false;
  let last = '';
  const server = createServer((request, response) => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) return response.writeHead(refusal, NO_STORE).end();
    if (request.url === '/events' && !ended) return watch(response);
    if (request.url !== '/') return response.writeHead(404, NO_STORE).end();
    response.writeHead(200, { ...NO_STORE, 'content-type': 'text/html; charset=utf-8', connection: 'close' });
    const farewell = ended;
    return response.end(page, () => {
      if (farewell) owedCount -= 1;
    });
  });
  const tell = (event: string, data: string) => {
    for (const watcher of watchers) watcher.write(`event: ${event}\ndata: ${data}\n\n`);
  };
  function watch(response: ServerResponse): void {
    response.writeHead(200, { ...NO_STORE, 'content-type': 'text/event-stream' });
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
    response.write(last === '' ? ': planned soon\n\n' : `event: progress\ndata: ${last}\n\n`);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    update(progress) {
      last = JSON.stringify(progress);
      tell('progress', last);
    },
    async finish(reportPage) {
      page = reportPage;
      ended = true;
      owedCount = watchers.size;
      tell('ended', '{}');
      for (let waitedMs = 0; owedCount > 0 && waitedMs < FAREWELL_MS; waitedMs += FAREWELL_LOOK_MS) {
        await sleep(FAREWELL_LOOK_MS);
      }
    },
    async [Symbol.asyncDispose]() {
      if (!ended) tell('stopped', '{}');
      const closed = once(server, 'close');
      server.close();
      for (const watcher of watchers) watcher.end();
      await sleep(FAREWELL_LOOK_MS);
      server.closeAllConnections();
      await closed;
    },
  };
}

const NO_STORE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function refusalOf({ method, headers, socket }: IncomingMessage): number | undefined {
  const names = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`];
  if (!names.includes(headers.host ?? '')) return 403;
  return method === 'GET' ? undefined : 405;
}
