import type { Bytes, DurationMs } from '../../core/quantity.ts';
import { forecastIngress } from '../../forecast/forecast-ingress.ts';
import type { Interval } from '../../forecast/interval.ts';
import type { InputLayout } from '../../shards/input-layout.ts';
import { expectedSteps } from './expected-steps.ts';

export interface StepsSoFar {
  /** Of the operation with the backlog, as it was laid out before the run. */
  readonly layout: InputLayout;
  /** What each step brought so far; the first is what lay there before the run, and says nothing about the others. */
  readonly seen: readonly Bytes[];
  readonly stepMs: DurationMs;
  readonly level: number;
}

/**
 * What each step to come of a backlog will bring, from those that were seen. It is a promise because handlers load the
 * models with the first call (`infra/lazy-parts.ts`): runs without a backlog make none.
 */
export async function forecastSteps({ layout, seen, stepMs, level }: StepsSoFar): Promise<readonly Interval[]> {
  const expected = expectedSteps(layout, level).slice(seen.length);
  return forecastIngress({ seen: seen.slice(1), expected, stepMs, level });
}
