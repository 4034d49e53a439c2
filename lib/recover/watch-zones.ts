import type { RunId } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import type { ZoneStarts } from '../plan/list-pools.ts';
import type { Services } from '../ports/services.ts';
import { readAttempts } from '../run/attempt-store.ts';
import { requireItem } from '../run/require-item.ts';
import { parseRun, runKey } from '../run/run-record.ts';
import { zoneStarts } from './open-zones.ts';
import { BREAKER_RULES, zoneBreaker } from './zone-breaker.ts';
import { zoneOutcomes } from './zone-outcomes.ts';
import { changeZone, readZoneStarts, readZones } from './zone-store.ts';

/** Workers keep telemetry back for about a second: what ended later than this may not be stored yet. */
const REPORT_LAG_MS: DurationMs = 2_000;

export interface WatchedRun {
  readonly run: RunId;
  /** Without a failure, and with every breaker closed, there is nothing to count. */
  readonly failedAttemptCount: number;
}

/**
 * Counts what has become of a run's attempts for or against their zones, each attempt once, and says in which zones new
 * work may start, and how much.
 *
 * @complexity one small query while all goes well; else reads the run's attempts
 */
export async function watchZones(
  { run, failedAttemptCount }: WatchedRun,
  services: Pick<Services, 'table' | 'clock' | 'settings'>,
): Promise<ZoneStarts> {
  const { table, clock, settings } = services;
  if (settings.zones.length === 0) return new Map();
  const zones = await readZones(table, settings.zones);
  const quiet = failedAttemptCount === 0 && zones.every(({ breaker }) => breaker.state === 'closed');
  if (quiet) return zoneStarts(zones, clock.now());
  await feedBreakers(run, services);
  return readZoneStarts(services);
}

/** Of two monitors that look at once the first to move the run's mark counts. */
async function feedBreakers(
  run: RunId,
  { table, clock, settings }: Pick<Services, 'table' | 'clock' | 'settings'>,
): Promise<void> {
  const { zonesSeenAt } = parseRun(await requireItem(table, runKey(run)));
  const now = clock.now() - REPORT_LAG_MS;
  const since = Math.max(zonesSeenAt ?? 0, now - BREAKER_RULES.windowMs);
  const outcomes = zoneOutcomes(await readAttempts(table, run), { since, now });
  const seen = settings.zones.flatMap((zone) => {
    const outcome = outcomes.get(zone);
    return outcome && outcome.goodCount + outcome.badCount > 0 ? [{ zone, outcome }] : [];
  });
  if (seen.length === 0) return;
  const turn = await table.update(
    runKey(run),
    { set: { zonesSeenAt: now } },
    zonesSeenAt === undefined
      ? { attribute: 'zonesSeenAt', exists: false }
      : { attribute: 'zonesSeenAt', equals: zonesSeenAt },
  );
  if (!turn.applied) return;
  for (const { zone, outcome } of seen) {
    await changeZone(table, zone, (health) => ({ ...health, breaker: zoneBreaker(health.breaker, outcome) }));
  }
}
