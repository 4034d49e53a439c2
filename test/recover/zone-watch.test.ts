import { describe, expect, it } from 'vitest';
import { changeZone } from '../../lib/recover/zone-store.ts';
import { zoneWatch } from '../../lib/recover/zone-watch.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

function watched() {
  const services = memoryServices({ settings: { zones: ['az1', 'az2'] } });
  let lookCount = 0;
  const { query } = services.table;
  Object.assign(services.table, {
    query(...call: Parameters<typeof query>) {
      lookCount += 1;
      return query(...call);
    },
  });
  return { services, zones: zoneWatch(services), lookCount: () => lookCount };
}

describe('zoneWatch', () => {
  it('looks once for all who ask within a second, also while it looks', async () => {
    const { services, zones, lookCount } = watched();
    expect(await Promise.all([zones.isOpen('az1'), zones.isOpen('az2'), zones.isOpen('elsewhere')])).toEqual([
      true,
      true,
      true,
    ]);
    await zones.isOpen('az1');
    expect(lookCount()).toBe(1);
    await changeZone(services.table, 'az1', (health) => ({ ...health, drain: { by: 'me', since: 0 } }));
    await services.clock.during(services.clock.sleep(1_000));
    expect(await Promise.all([zones.isOpen('az1'), zones.isOpen('az2')])).toEqual([false, true]);
    expect(zones.open()).toEqual(['az2']);
    expect(lookCount()).toBe(2);
  });

  it('looks again after a look that failed', async () => {
    const { services, zones } = watched();
    const { query } = services.table;
    Object.assign(services.table, {
      query() {
        throw new Error('the table is away');
      },
    });
    await expect(zones.isOpen('az1')).rejects.toThrow('the table is away');
    Object.assign(services.table, { query });
    expect(await zones.isOpen('az1')).toBe(true);
  });
});
