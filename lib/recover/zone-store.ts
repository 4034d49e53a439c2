import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ZoneStarts } from '../plan/list-pools.ts';
import type { Services } from '../ports/services.ts';
import type { Item, Table } from '../ports/table.ts';
import { newZone, openZones, ZoneHealth, zoneStarts } from './open-zones.ts';

const PARTITION = 'ZONES';

/** Each failed try means that another write came first; zones are written a few times a minute. */
const ZONE_TRIES_MAX = 16;

/** What is known of each zone, in the order asked for. */
export async function readZones(table: Table, zones: readonly string[]): Promise<readonly ZoneHealth[]> {
  const stored = new Map<string, ZoneHealth>();
  for await (const item of table.query({ partition: PARTITION })) stored.set(item.sort, parseZone(item.sort, item));
  return zones.map((zone) => stored.get(zone) ?? newZone(zone));
}

/** Zones in which new work may start now. */
export async function readOpenZones({
  table,
  clock,
  settings,
}: Pick<Services, 'table' | 'clock' | 'settings'>): Promise<readonly string[]> {
  if (settings.zones.length === 0) return [];
  return openZones(await readZones(table, settings.zones), clock.now());
}

/** Zones in which new work may start now, and how many slots each may have. */
export async function readZoneStarts({
  table,
  clock,
  settings,
}: Pick<Services, 'table' | 'clock' | 'settings'>): Promise<ZoneStarts> {
  if (settings.zones.length === 0) return new Map();
  return zoneStarts(await readZones(table, settings.zones), clock.now());
}

/**
 * Changes what is known of a zone: a drain or an undrain, or what a breaker has seen. One write to the table, no call
 * of any control plane, so it works while a zone is failing.
 *
 * @param change pure: called again when another write came first
 * @throws {ForeshardError} `Throttled` when other writes came first every time
 */
export async function changeZone(
  table: Table,
  zone: string,
  change: (health: ZoneHealth) => ZoneHealth,
): Promise<ZoneHealth> {
  const key = { partition: PARTITION, sort: zone };
  let item = await table.get(key);
  for (let tries = 0; tries < ZONE_TRIES_MAX; tries += 1) {
    const version = typeof item?.version === 'number' ? item.version : 0;
    const health = change(parseZone(zone, item));
    const write = await table.put(
      { ...key, version: version + 1, health },
      item ? { attribute: 'version', equals: version } : { attribute: 'version', exists: false },
    );
    if (write.applied) return health;
    item = write.item;
  }
  throw new ForeshardError('Throttled', `zone '${zone}' was written ${ZONE_TRIES_MAX} times by others meanwhile`);
}

function parseZone(zone: string, item: Item | undefined): ZoneHealth {
  return item ? parseStrictly(ZoneHealth, item.health, `health of zone '${zone}'`) : newZone(zone);
}
