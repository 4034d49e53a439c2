import { ForeshardError } from '../core/foreshard-error.ts';
import type { DurationMs } from '../core/quantity.ts';
import { applyConcurrency, type StepRecord } from '../plan/apply-concurrency.ts';
import { listPools } from '../plan/list-pools.ts';
import type { Services } from '../ports/services.ts';
import { endTurn, type ReserverState, stopReserver, takeTurn } from './reserver-store.ts';

/** Longer than any turn: one that is under way ends first, so that it does not reserve again what is given back. */
const TURN_MS: DurationMs = 120_000;
const LOOK_EVERY_MS: DurationMs = 2_000;
const LOOKS_MAX = 60;

/**
 * Takes back all that the reserver has written outside the stack, and stops it: reserved concurrency, and the schedules of
 * started environments. The table and what it holds are left as they are. May be repeated.
 *
 * @throws {ForeshardError} `Throttled` when a reconciliation does not end, `StoreUnavailable` when something could not be
 *   given back, naming it, after all else was
 * @complexity one write a worker function, at most 3 a second
 */
export async function giveBackReservations(owner: string, services: Services): Promise<readonly StepRecord[]> {
  const { table, functions, provisioning, clock, settings } = services;
  await stopReserver(table, 'clean-up');
  let { lastWriteAt } = await waitForTurn(owner, services);
  const log: StepRecord[] = [];
  for (const { functionName } of listPools(settings, new Set())) {
    const from = await functions.concurrency(functionName);
    await provisioning?.forget(functionName);
    if (from === undefined) continue;
    const step = { functionName, from, to: undefined, needCount: 0 };
    // One by one: what could be given back stays so when the next one fails.
    const applied = await applyConcurrency([step], { functions, clock, lastWriteAt, reservableLeft: 0 });
    lastWriteAt = applied.lastWriteAt;
    log.push(...applied.log);
  }
  await endTurn(table, owner, { lastWriteAt, surplusSince: {}, left: {} });
  const failed = log.filter(({ outcome }) => outcome !== 'applied');
  if (failed.length === 0) return log;
  const names = failed.map(({ functionName, error }) => `'${functionName}' (${error})`).join(', ');
  throw new ForeshardError(
    'StoreUnavailable',
    `the reserved concurrency of ${names} could not be given back; try again`,
  );
}

async function waitForTurn(owner: string, { table, clock }: Pick<Services, 'table' | 'clock'>): Promise<ReserverState> {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const turn = await takeTurn(table, { owner, now: clock.now(), turnMs: TURN_MS, despiteStop: true });
    if (turn) return turn;
    await clock.sleep(LOOK_EVERY_MS);
  }
  throw new ForeshardError('Throttled', 'a reconciliation of the reserver does not end; try again in a minute');
}
