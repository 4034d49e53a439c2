import type { Intake } from '../run/backlog/take-in.ts';
import type { Observation } from './observe-run.ts';

/** A look at a run with a backlog ends when the next step is complete, and a step that surprised has left the plan. */
export function heedIntake(seen: Observation, { nextAt, surprised }: Intake): Observation {
  return {
    ...seen,
    outcome: surprised && seen.outcome === 'running' ? 'drift' : seen.outcome,
    checkAt: Math.min(seen.checkAt, nextAt ?? seen.checkAt),
  };
}
