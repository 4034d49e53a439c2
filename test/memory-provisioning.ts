import type { ProvisionedState, Provisioning } from '../lib/ports/provisioning.ts';

/** Application Auto Scaling in memory: a registered action happens when its time has come. */
export interface MemoryProvisioning extends Provisioning {
  environmentCount(functionName: string): number;
}

interface Registered {
  environmentCount: number;
  raise?: { at: number; environmentCount: number };
  lower?: { at: number };
}

export function memoryProvisioning(now: () => number): MemoryProvisioning {
  const functions = new Map<string, Registered>();
  /** What is due happens in order of time; actions that have run are forgotten. */
  const current = (functionName: string): Registered => {
    const state = functions.get(functionName) ?? { environmentCount: 0 };
    const { raise, lower } = state;
    const raised = raise !== undefined && raise.at <= now();
    const lowered = lower !== undefined && lower.at <= now();
    if (raised) state.environmentCount = raise.environmentCount;
    if (lowered && !(raised && raise.at > lower.at)) state.environmentCount = 0;
    if (raised) delete state.raise;
    if (lowered) delete state.lower;
    return state;
  };
  return {
    environmentCount: (functionName) => current(functionName).environmentCount,
    async observe(functionNames) {
      return new Map(functionNames.map((name): [string, ProvisionedState] => [name, structuredClone(current(name))]));
    },
    async register({ functionName, environmentCount, from, until }) {
      const state = current(functionName);
      functions.set(functionName, { ...state, lower: { at: until }, raise: { at: from, environmentCount } });
    },
    async release(functionName, at) {
      const state = functions.get(functionName);
      if (!state) return;
      const { environmentCount } = current(functionName);
      functions.set(functionName, { environmentCount, lower: { at } });
    },
    async forget(functionName) {
      functions.delete(functionName);
    },
  };
}
