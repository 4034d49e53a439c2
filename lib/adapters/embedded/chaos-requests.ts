import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../core/random.ts';
import type { ChaosSpec } from './chaos-spec.ts';
import type { ClientRequest, PortRequestHandler } from './port-request-handler.ts';

/** Delays requests, and loses them or their answers, as a network does: the SDK's client retries, and so does whoever calls it. */
export function chaosRequests(
  handler: PortRequestHandler,
  { delay, dropShare = 0 }: ChaosSpec,
  random: Random,
): PortRequestHandler {
  return {
    ...handler,
    async handle(request: ClientRequest) {
      if (delay && random() < delay.share) await sleep(random() * delay.upToMs);
      const lost = random() < dropShare;
      if (lost && random() < 1 / 2) throw lostOnTheWay('request');
      const answer = await handler.handle(request);
      if (lost) throw lostOnTheWay('answer');
      return answer;
    },
  };
}

/** As a socket says it: the client tries again. */
function lostOnTheWay(what: string): Error {
  return Object.assign(new Error(`the ${what} was lost on the way`), { code: 'ECONNRESET' });
}
