import type { ArrivalForecast } from '../../forecast/arrival-forecast.ts';
import { backlogLayout, backlogSteps, partMaxMs, stepClosesMs, streamOf } from '../../shards/backlog-layout.ts';
import type { InputLayout } from '../../shards/input-layout.ts';
import type { WorkEstimate } from '../../shards/work-estimate.ts';
import type { Operation, OperationId, Workflow } from '../../workflow/definition.ts';

/** Without a forecast a step may bring this many times what the author expects. */
const GUESS_RATIO = 2;

export interface BacklogFacts {
  readonly workflow: Workflow;
  /** Of every data source, as it lies there now. */
  readonly layouts: ReadonlyMap<OperationId, InputLayout>;
  /** Of every operation, from what lies there now. */
  readonly estimates: ReadonlyMap<OperationId, WorkEstimate>;
  /** How many slots an operation's type is expected to keep busy, where its runs have shown it. */
  readonly arrivals: ReadonlyMap<OperationId, ArrivalForecast>;
  readonly startedAt: number;
  readonly slotMax: number;
}

/** Layouts and estimates with what is expected to arrive while the run goes on. */
export interface LaidOut {
  readonly layouts: ReadonlyMap<OperationId, InputLayout>;
  readonly estimates: ReadonlyMap<OperationId, WorkEstimate>;
}

/**
 * Lays out what is expected to arrive in each backlog, step by step: from the forecast of the slots that the type keeps
 * busy, else evenly what the author expects beyond what lies there. A step has as many shards as its upper bound needs
 * for the lag that is asked for.
 *
 * @complexity O(steps) for each backlog
 */
export function layOutBacklogs(facts: BacklogFacts): LaidOut {
  const layouts = new Map(facts.layouts);
  const estimates = new Map(facts.estimates);
  for (const operation of facts.workflow.operations) {
    const estimate = facts.estimates.get(operation.id);
    if (!streamOf(operation.input) || !estimate) continue;
    const laid = layOut(operation, estimate, facts);
    layouts.set(operation.id, laid.layout);
    estimates.set(operation.id, laid.estimate);
  }
  return { layouts, estimates };
}

interface ExpectedStep {
  readonly bytes: number;
  readonly upperBytes: number;
}

function layOut(operation: Operation, estimate: WorkEstimate, facts: BacklogFacts) {
  const stream = streamOf(operation.input);
  const steps = stream && backlogSteps(stream);
  const lying = (facts.layouts.get(operation.id)?.segments ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
  const msPerByte = estimate.bytes > 0 ? estimate.workMs / estimate.bytes : 0;
  const partMs = steps ? partMaxMs(steps) : Number.POSITIVE_INFINITY;
  const comes = Array.from({ length: (steps?.stepCount ?? 1) - 1 }, (_, step) => comesIn(operation, step + 1));
  const expected = [{ bytes: lying, upperBytes: lying }, ...comes];
  const total = expected.reduce((sum, { bytes }) => sum + bytes, 0);
  const layout = backlogLayout(
    expected.map(({ bytes, upperBytes }) => ({
      bytes,
      partCount: Math.max(1, Math.min(facts.slotMax, Math.ceil((upperBytes * msPerByte) / partMs))),
    })),
  );
  return {
    layout,
    estimate: { ...estimate, bytes: total, workMs: msPerByte > 0 ? total * msPerByte : estimate.workMs },
  };

  function comesIn({ id, estimates }: Operation, step: number): ExpectedStep {
    const forecast = facts.arrivals.get(id);
    if (forecast && steps && msPerByte > 0) {
      const at = facts.startedAt + stepClosesMs(steps, step);
      const busy = forecast.busySlots[Math.floor((at - forecast.startsAt) / forecast.stepMs)];
      if (busy) {
        const bytesOf = (slots: number) => (slots * steps.stepMs) / msPerByte;
        return { bytes: bytesOf(busy.point), upperBytes: bytesOf(busy.upper) };
      }
    }
    const bytes = Math.max(0, (estimates.bytes ?? 0) - lying) / Math.max(1, (steps?.stepCount ?? 2) - 1);
    return { bytes, upperBytes: GUESS_RATIO * bytes };
  }
}
