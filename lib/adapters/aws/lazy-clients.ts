import type { Executions, MachineName } from '../../ports/executions.ts';
import type { Functions } from '../../ports/functions.ts';

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

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
