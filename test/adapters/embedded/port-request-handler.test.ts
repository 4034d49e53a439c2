import { createServer } from 'node:http';
import { MessageChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { answerPort } from '../../../lib/adapters/embedded/answer-port.ts';
import { portRequestHandler } from '../../../lib/adapters/embedded/port-request-handler.ts';

const REQUEST = { method: 'POST', path: '/', headers: { 'x-amz-target': 'A.B' } };

it('carries a request to a server that does not listen, and its answer back', async () => {
  const { port1, port2 } = new MessageChannel();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      response.statusCode = 400;
      response.setHeader('X-Amz-Crc32', 7);
      response.end(`${request.method} ${request.url} ${request.headers['x-amz-target']} ${body}`);
    });
  });
  answerPort(server, port2);
  const handler = portRequestHandler(port1);
  const bodies = ['', 'naïve', new TextEncoder().encode('bytes ✓')];
  const answers = await Promise.all(bodies.map((body) => handler.handle({ ...REQUEST, body })));
  expect(answers.map(({ response }) => Buffer.from(response.body).toString())).toEqual([
    'POST / A.B ',
    'POST / A.B naïve',
    'POST / A.B bytes ✓',
  ]);
  expect(answers[0]?.response).toMatchObject({ statusCode: 400, headers: { 'x-amz-crc32': '7' } });
  handler.destroy();
});

it('fails as a lost connection does when the port closes, and from then on', async () => {
  const { port1, port2 } = new MessageChannel();
  const handler = portRequestHandler(port1);
  const waiting = handler.handle(REQUEST);
  port2.close();
  await expect(waiting).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(handler.handle(REQUEST)).rejects.toMatchObject({ code: 'ECONNRESET' });
});
