import type { Provisioning } from '../../ports/provisioning.ts';
import { once } from './once.ts';

/** The client of Application Auto Scaling is loaded by the first call: the reserver alone makes any. */
export function lazyProvisioning(): Provisioning {
  const load = once(async () => (await import('./scaling-provisioning.ts')).scalingProvisioning());
  return {
    observe: async (functionNames) => (await load()).observe(functionNames),
    register: async (window) => (await load()).register(window),
    release: async (...call) => (await load()).release(...call),
    forget: async (functionName) => (await load()).forget(functionName),
  };
}
