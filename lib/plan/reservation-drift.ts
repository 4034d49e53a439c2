import type { StepRecord } from './apply-concurrency.ts';
import type { Reservation } from './reconcile-concurrency.ts';

/** Reserved concurrency by function, as the reserver left it; nothing reserved is `null`, which JSON can say. */
export type LeftReservations = Readonly<Record<string, number | null>>;

/** A reservation that somebody else has changed since. */
export interface ReservationDrift {
  readonly functionName: string;
  readonly left: number | null;
  readonly found: number | null;
}

/** What is not as the reserver left it; of functions that it never looked at there is nothing to say. */
export function reservationDrift(
  left: LeftReservations,
  observed: ReadonlyMap<string, Reservation>,
): readonly ReservationDrift[] {
  return [...observed].flatMap(([functionName, reservation]) => {
    const before = left[functionName];
    const found = reservation ?? null;
    return before === undefined || before === found ? [] : [{ functionName, left: before, found }];
  });
}

/** What a reconciliation leaves: what it saw, and on top what it wrote, roll-backs included. */
export function leftReservations(
  observed: ReadonlyMap<string, Reservation>,
  log: readonly StepRecord[],
): LeftReservations {
  const written = log.filter(({ outcome }) => outcome === 'applied' || outcome === 'rolled-back');
  const all = new Map([...observed, ...written.map(({ functionName, to }) => [functionName, to] as const)]);
  return Object.fromEntries([...all].map(([functionName, reservation]) => [functionName, reservation ?? null]));
}
