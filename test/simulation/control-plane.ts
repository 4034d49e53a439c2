import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { WRITE_SPACING_MS } from '../../lib/plan/apply-concurrency.ts';
import type { ConcurrencyDemand } from '../../lib/plan/concurrency-demand.ts';
import type { Reservation } from '../../lib/plan/reconcile-concurrency.ts';
import { violate, type World } from './world.ts';

/** Share of writes that Lambda throttles while things go wrong. */
const THROTTLED = 0.1;
/** A write waits for its turn among the events: it lands so much later than its writer believes. */
const TURN_ERROR_MS = 60;

/** Lambda's control plane, and what must never be asked of it. */
export interface ControlPlane {
  /** What is reserved, and what the account could still reserve. */
  look(): { readonly observed: ReadonlyMap<string, Reservation>; readonly reservableLeft: number };
  reserve(owner: string, name: string, to: Reservation): void;
  /** A reserver has got its turn, which it must not when all are stopped. */
  begin(owner: string, stopped: boolean): void;
  /** What a reserver has read of the needs. */
  needs(owner: string, demands: readonly ConcurrencyDemand[]): void;
  /** Throttles nothing any more. */
  calm(): void;
}

export function controlPlane(world: World, accountMax: number): ControlPlane {
  const reserved = new Map<string, number>();
  const demandsOf = new Map<string, readonly ConcurrencyDemand[]>();
  const beganStopped = new Set<string>();
  let calm = false;
  let lastWriteAt = Number.NEGATIVE_INFINITY;
  let holder = '';

  function inTurn(owner: string): void {
    if (owner !== holder) violate(world, `${owner} writes in the turn of ${holder}`);
    if (beganStopped.has(owner)) violate(world, `${owner} writes, though it was stopped before its turn`);
    const sinceMs = world.scheduler.now() - lastWriteAt;
    const leastMs = WRITE_SPACING_MS - 2 * world.scenario.skewMs - TURN_ERROR_MS;
    if (sinceMs < leastMs) violate(world, `${owner} writes ${sinceMs} ms after the write before`);
    lastWriteAt = world.scheduler.now();
  }

  function lawful(owner: string, name: string, to: Reservation): void {
    const from = reserved.get(name) ?? 0;
    const need = demandsOf.get(owner)?.find(({ functionName }) => functionName === name)?.needCount ?? 0;
    if (to === 0) violate(world, `${owner} reserves nothing for ${name}, which stops it`);
    if ((to ?? 0) < from && (to ?? 0) < need)
      violate(world, `${owner} takes ${name} down to ${to}, which needs ${need}`);
  }

  const total = () => reserved.values().reduce((sum, count) => sum + count, 0);
  return {
    look: () => ({ observed: new Map(reserved), reservableLeft: accountMax - total() }),
    reserve(owner, name, to) {
      inTurn(owner);
      lawful(owner, name, to);
      if (!calm && world.random() < THROTTLED) throw new ForeshardError('Throttled', 'too many requests');
      if (total() - (reserved.get(name) ?? 0) + (to ?? 0) > accountMax) {
        // what was made of a lost answer is not known to its writer, nor what it has left then
        if (!world.faults.struck.some((fault) => fault.startsWith('lostAnswer')))
          violate(world, `${owner} asks for ${to} for ${name}, which the account has not`);
        throw new ForeshardError('InvalidInput', 'the account has not so much left');
      }
      if (to === undefined) reserved.delete(name);
      else reserved.set(name, to);
    },
    begin(owner, stopped) {
      holder = owner;
      if (stopped) beganStopped.add(owner);
    },
    needs: (owner, demands) => void demandsOf.set(owner, demands),
    calm() {
      calm = true;
    },
  };
}
