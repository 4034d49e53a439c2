import { errorMessage, errorName } from '../core/foreshard-error.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Clock } from '../ports/clock.ts';
import type { Functions } from '../ports/functions.ts';
import type { ConcurrencyStep, Reservation } from './reconcile-concurrency.ts';

/**
 * Lambda's whole control plane allows 15 requests a second for each account and region, deployments included: we take
 * a fifth, 3 writes a second.
 */
export const WRITE_SPACING_MS: DurationMs = 334;

/** Attempts at one write when Lambda throttles it; each is a write of its own and keeps its distance. */
const WRITE_ATTEMPT_MAX = 4;

export interface ControlPlane {
  readonly functions: Pick<Functions, 'reserve'>;
  readonly clock: Clock;
  /** When this account's reserver wrote last: the distance holds between two runs of it too. */
  readonly lastWriteAt: EpochMs;
  /** What the account could still reserve before the first step. */
  readonly reservableLeft: number;
  /** The kill switch: no further step is begun, what has been done stays. */
  readonly signal?: AbortSignal;
  /** From then on nothing more is written, and nothing undone: the turn may be another reserver's. @default never */
  readonly until?: EpochMs;
}

export interface StepRecord {
  readonly functionName: string;
  readonly from: Reservation;
  readonly to: Reservation;
  readonly at: EpochMs;
  readonly outcome: 'applied' | 'failed' | 'rolled-back' | 'kept' | 'halted';
  readonly error?: string;
}

export interface AppliedConcurrency {
  readonly complete: boolean;
  /** What was done, in order, roll-back included. */
  readonly log: readonly StepRecord[];
  readonly lastWriteAt: EpochMs;
}

/**
 * Writes the steps of a reconciliation one after the other; when one fails for good, those before it are undone in
 * reverse order. What a running plan needs, or what no longer fits, is not undone: the next reconciliation repairs it.
 *
 * @param steps s steps as {@link reconcileConcurrency} orders them
 * @returns never throws for a failed write: it is in the log
 * @complexity O(s) writes, at most 3 a second
 */
export async function applyConcurrency(
  steps: readonly ConcurrencyStep[],
  plane: ControlPlane,
): Promise<AppliedConcurrency> {
  const writer = pacedWriter(plane);
  const log: StepRecord[] = [];
  const done: ConcurrencyStep[] = [];
  for (const step of steps) {
    if (mustStop(plane)) return { complete: false, log: [...log, halted(step, plane)], lastWriteAt: writer.last() };
    const record = await writer.write(step, 'applied');
    log.push(record);
    if (record.outcome === 'failed') {
      log.push(...(await rollBack(done, writer)));
      return { complete: false, log, lastWriteAt: writer.last() };
    }
    done.push(step);
  }
  return { complete: true, log, lastWriteAt: writer.last() };
}

function mustStop({ signal, clock, until = Number.POSITIVE_INFINITY }: ControlPlane): boolean {
  return signal?.aborted === true || clock.now() >= until;
}

function halted(step: ConcurrencyStep, plane: ControlPlane): StepRecord {
  const { functionName, from, to } = step;
  return { functionName, from, to, at: plane.clock.now(), outcome: 'halted' };
}

async function rollBack(done: readonly ConcurrencyStep[], writer: PacedWriter): Promise<readonly StepRecord[]> {
  const log: StepRecord[] = [];
  for (const { functionName, from, to, needCount } of done.toReversed()) {
    const undo = { functionName, from: to, to: from, needCount };
    log.push(writer.allows(undo) ? await writer.write(undo, 'rolled-back') : writer.keep(undo));
  }
  return log;
}

interface PacedWriter {
  write(step: ConcurrencyStep, success: 'applied' | 'rolled-back'): Promise<StepRecord>;
  /** False when the write would take from a running plan, or take what is no longer free, and when no more may be written. */
  allows(step: ConcurrencyStep): boolean;
  keep(step: ConcurrencyStep): StepRecord;
  last(): EpochMs;
}

function pacedWriter(plane: ControlPlane): PacedWriter {
  const { functions, clock, lastWriteAt, reservableLeft } = plane;
  let last = lastWriteAt;
  let left = reservableLeft;
  const growth = ({ from, to }: ConcurrencyStep) => (to ?? 0) - (from ?? 0);
  const attempt = async ({ functionName, to }: ConcurrencyStep) => {
    await clock.sleep(Math.max(0, last + WRITE_SPACING_MS - clock.now()));
    last = clock.now();
    await functions.reserve(functionName, to);
  };
  return {
    async write(step, success) {
      const { functionName, from, to } = step;
      for (let attemptCount = 1; ; attemptCount += 1) {
        try {
          await attempt(step);
          left -= growth(step);
          return { functionName, from, to, at: last, outcome: success };
        } catch (error) {
          if (errorName(error) === 'Throttled' && attemptCount < WRITE_ATTEMPT_MAX && !mustStop(plane)) continue;
          return { functionName, from, to, at: last, outcome: 'failed', error: errorMessage(error) };
        }
      }
    },
    allows: (step) =>
      !mustStop(plane) && growth(step) <= left && (growth(step) >= 0 || (step.to ?? 0) >= step.needCount),
    keep: ({ functionName, from, to }) => ({ functionName, from, to, at: clock.now(), outcome: 'kept' }),
    last: () => last,
  };
}
