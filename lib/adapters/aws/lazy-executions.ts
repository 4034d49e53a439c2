import type { Executions, MachineName } from '../../ports/executions.ts';
import { once } from './once.ts';

/** The client of Step Functions is loaded by the first call. */
export function lazyExecutions(machineArns: Readonly<Record<MachineName, string>>): Executions {
  const load = once(async () => {
    const { stepFunctionsExecutions } = await import('./step-functions-executions.ts');
    return stepFunctionsExecutions(machineArns);
  });
  return {
    start: async (...call) => (await load()).start(...call),
    stop: async (...call) => (await load()).stop(...call),
    describe: async (...call) => (await load()).describe(...call),
  };
}
