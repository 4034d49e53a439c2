import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { TIMEOUT_MAX_SECONDS } from './state-machine-definition.ts';

/** What stands for a wait is given the moment to wait for, as RFC 3339. */
const Until = z.strictObject({ until: z.iso.datetime({ offset: true }) });

/**
 * Puts a task in the place of every wait for a moment, so that the wait is by the runtime's clock. (For a moment that
 * has passed the interpreter asks Node for a negative time, which Node answers with a warning on the terminal.)
 */
export function waitsAsTasks(definition: StateMachineDefinition): StateMachineDefinition {
  const states = Object.entries(definition.States).map(([name, state]) => {
    if (state.Type !== 'Wait' || state.TimestampPath === undefined) return [name, state];
    const { TimestampPath, ...rest } = state;
    const task = { ...rest, Type: 'Task', Resource: 'wait', TimeoutSeconds: TIMEOUT_MAX_SECONDS };
    return [name, { ...task, Parameters: { 'until.$': TimestampPath }, ResultPath: null }];
  });
  return { ...definition, States: Object.fromEntries(states) };
}

/** What a task that stands for a wait does. */
export async function waitUntil(parameters: unknown, clock: Clock, signal: AbortSignal): Promise<null> {
  const { until } = Until.parse(parameters);
  await clock.sleep(Date.parse(until) - clock.now(), signal);
  return null;
}
