import { ForeshardError } from '../core/foreshard-error.ts';
import { isCopy } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { Clock } from '../ports/clock.ts';
import type { Table } from '../ports/table.ts';
import { type Advance, advanceCursor } from './advance-cursor.ts';
import type { Lease } from './lease.ts';

/** A lease is renewed after this share of its length, so that two renewals may fail before it runs out. */
const RENEWAL_SHARE = 1 / 3;

/** A copy looks this often whether its shard is done without it: until then it works for nothing. */
const COPY_LOOK_MS: DurationMs = 1_000;

/** A claim that is kept alive while its task runs. */
export interface KeptLease {
  readonly lease: Lease;
  /** Aborts when the lease is lost or the attempt's time is over; its reason is the error to report. */
  readonly signal: AbortSignal;
  /** Takes everything before the cursor; the task may read it only when this says `advanced`. */
  advance(cursor: number): Promise<Advance>;
  /** Ends the renewals. */
  stop(): void;
}

export interface LeaseTerms {
  /** What the claim covers already: the start of the shard's range. */
  readonly cursor: number;
  readonly leaseMs: DurationMs;
  /** How long any attempt may take. */
  readonly timeLimitMs: DurationMs;
  /** What is left of the invocation: an attempt that needs more has shown nothing of its shard. */
  readonly timeLeftMs: DurationMs;
}

/** Renews a lease in the background until it is stopped, lost, or the attempt has taken too long. */
export function keepLease(
  lease: Lease,
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  { cursor: claimed, leaseMs, timeLimitMs, timeLeftMs }: LeaseTerms,
): KeptLease {
  const attempt = new AbortController();
  const renewals = new AbortController();
  const endsAt = clock.now() + Math.min(timeLimitMs, timeLeftMs);
  let cursor = claimed;

  const lost = () => new ForeshardError('LeaseLost', `another slot has taken shard '${lease.shard}' meanwhile`);
  const outrun = () => new ForeshardError('Outrun', `another attempt at shard '${lease.shard}' was first`);
  const late = () =>
    timeLeftMs < timeLimitMs
      ? new ForeshardError(
          'WorkerDied',
          `shard '${lease.shard}' was not done when its worker's ${timeLeftMs} ms were over`,
        )
      : new ForeshardError(
          'ShardTimedOut',
          `shard '${lease.shard}' took longer than the ${timeLimitMs} ms it may take`,
        );

  async function advance(to: number): Promise<Advance> {
    const advanced = await advanceCursor(table, lease, { cursor: to, leaseUntil: clock.now() + leaseMs });
    if (advanced.kind === 'lost') attempt.abort(advanced.outrun ? outrun() : lost());
    if (advanced.kind === 'advanced') cursor = Math.max(cursor, to);
    return advanced;
  }

  const everyMs = isCopy(lease.shard) ? Math.min(COPY_LOOK_MS, leaseMs * RENEWAL_SHARE) : leaseMs * RENEWAL_SHARE;

  async function renew(): Promise<void> {
    while (!renewals.signal.aborted && !attempt.signal.aborted) {
      const pauseMs = Math.min(everyMs, Math.max(1, endsAt - clock.now()));
      await clock.sleep(pauseMs, renewals.signal);
      if (renewals.signal.aborted) return;
      if (clock.now() >= endsAt) attempt.abort(late());
      else await advance(cursor).catch(() => undefined);
    }
  }

  void renew();
  return { lease, signal: attempt.signal, advance, stop: () => renewals.abort() };
}
