import { expect, it } from 'vitest';
import { chaosRequests } from '../../../lib/adapters/embedded/chaos-requests.ts';
import { parseChaos } from '../../../lib/adapters/embedded/chaos-spec.ts';
import type { PortRequestHandler } from '../../../lib/adapters/embedded/port-request-handler.ts';
import { seededRandom } from '../../../lib/core/random.ts';

const REQUEST = { method: 'POST', path: '/', headers: {} };

/** A handler that counts what reaches it. */
function counting() {
  const reached = { count: 0 };
  const handler = {
    async handle() {
      reached.count += 1;
      return { response: { statusCode: 200, headers: {}, body: new Uint8Array() } };
    },
  } as unknown as PortRequestHandler;
  return { handler, reached };
}

it('loses its share of the requests, half of them after they were carried out', async () => {
  const { handler, reached } = counting();
  const chaotic = chaosRequests(handler, parseChaos('drop=20%', 1), seededRandom(1));
  const ends = await Promise.allSettled(Array.from({ length: 1_000 }, () => chaotic.handle(REQUEST)));
  const lost = ends.filter(({ status }) => status === 'rejected');
  expect(lost.length).toBeGreaterThan(150);
  expect(lost.length).toBeLessThan(250);
  expect(lost).toContainEqual({ status: 'rejected', reason: expect.objectContaining({ code: 'ECONNRESET' }) });
  const unanswered = reached.count - (ends.length - lost.length);
  expect(unanswered).toBeGreaterThan(50);
  expect(unanswered).toBeLessThan(150);
});

it('keeps requests back, and answers all of them', async () => {
  const { handler, reached } = counting();
  const chaotic = chaosRequests(handler, parseChaos('delay=100%@40ms', 1), seededRandom(1));
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 50 }, () => chaotic.handle(REQUEST)));
  expect(performance.now() - startedAt).toBeGreaterThan(20);
  expect(reached.count).toBe(50);
});
