import type { StateMachineDefinition } from 'aws-local-stepfunctions';

/** Scales every pause before a retry in the definition itself, so that the backoff keeps its shape. */
export function withRetryDelays(definition: StateMachineDefinition, factor: number): StateMachineDefinition {
  if (factor === 1) return definition;
  const states = Object.entries(definition.States).map(([name, state]) => {
    if (!('Retry' in state) || !state.Retry) return [name, state];
    const retriers = state.Retry.map((retrier) => ({
      ...retrier,
      IntervalSeconds: (retrier.IntervalSeconds ?? 1) * factor,
      ...(retrier.MaxDelaySeconds === undefined ? {} : { MaxDelaySeconds: retrier.MaxDelaySeconds * factor }),
    }));
    return [name, { ...state, Retry: retriers }];
  });
  return { ...definition, States: Object.fromEntries(states) };
}
