import type { Functions } from '../../ports/functions.ts';
import { once } from './once.ts';

/** Lambda's client is loaded by the first call: most stages make none, and it is 50 KB of code to start. */
export function lazyFunctions(): Functions {
  const load = once(async () => (await import('./lambda-functions.ts')).lambdaFunctions());
  return {
    invoke: async (...call) => (await load()).invoke(...call),
    concurrency: async (name) => (await load()).concurrency(name),
    reserve: async (...call) => (await load()).reserve(...call),
    limits: async () => (await load()).limits(),
  };
}
