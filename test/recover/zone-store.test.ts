import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { newZone } from '../../lib/recover/open-zones.ts';
import { zoneBreaker } from '../../lib/recover/zone-breaker.ts';
import { changeZone, readZones } from '../../lib/recover/zone-store.ts';

describe('zone store', () => {
  it('trusts a zone that nothing is known of', async () => {
    expect(await readZones(memoryTable(), ['az2', 'az1'])).toEqual([newZone('az2'), newZone('az1')]);
  });

  it('loses neither of a drain and what the breaker sees at the same time', async () => {
    const table = memoryTable();
    await Promise.all([
      changeZone(table, 'az1', (health) => ({ ...health, drain: { by: 'operator', since: 5 } })),
      changeZone(table, 'az1', (health) => ({
        ...health,
        breaker: zoneBreaker(health.breaker, { at: 0, goodCount: 0, badCount: 9 }),
      })),
    ]);
    const [health] = await readZones(table, ['az1']);
    expect(health).toMatchObject({ drain: { by: 'operator' }, breaker: { state: 'open' } });
    await changeZone(table, 'az1', ({ drain: _drain, ...rest }) => rest);
    expect((await readZones(table, ['az1']))[0]?.drain).toBeUndefined();
  });
});
