import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderObjectStore } from '../../lib/adapters/embedded/folder-object-store.ts';
import { systemClock } from '../../lib/adapters/system-clock.ts';
import type { EpochMs } from '../../lib/core/quantity.ts';
import { Settings } from '../../lib/core/settings.ts';
import type { Table } from '../../lib/ports/table.ts';
import { refreshProfiles } from '../../lib/run/refresh-profiles.ts';
import { readM4Hourly } from '../data/m4-hourly.ts';
import { loadOfTypes } from './load-of-types.ts';

const HOUR_MS = 3_600_000;

/**
 * A process of its own, `node refresh-many.ts DATA COUNT`: one refresh of so many types as the schedule does it, and
 * prints the most memory that it took, in KiB. The load of a type is a series of the folder; what the table gives is made
 * up when it is asked for, so that the memory is the refresher's.
 */
const [data, count] = process.argv.slice(2);
const startedAt = systemClock().now();
const load = loadOfTypes(await readM4Hourly(data), startedAt);
const objects = folderObjectStore({ root: await mkdtemp(join(tmpdir(), 'foreshard-refresh-')) });

// the first type is refreshed twice: what it leaves is what all types have from the refresh before
await refresh(load.table(1), startedAt - HOUR_MS);
const { refittedCount } = await refresh(load.table(Number(count)), startedAt);
process.stdout.write(JSON.stringify({ refittedCount, rssKiB: process.resourceUsage().maxRSS }));

function refresh(table: Table, now: EpochMs) {
  const clock = { ...systemClock(), now: () => now };
  const services = { table, objects, metrics: load.metrics, clock, settings: Settings.parse({}) };
  return refreshProfiles(services, { owner: 'bench', until: Number.POSITIVE_INFINITY });
}
