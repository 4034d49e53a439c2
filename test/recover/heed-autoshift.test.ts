import { describe, expect, it } from 'vitest';
import { handler } from '../../functions/recovery.ts';
import type { StageContext } from '../../functions/stage.ts';
import { changeZone, readOpenZones } from '../../lib/recover/zone-store.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

const DAY_MS = 86_400_000;
const event = (name: string, awayFrom: string) => ({
  autoshift: { 'detail-type': name, detail: { metadata: { awayFrom } } },
});
const started = (awayFrom: string) => event('Autoshift In Progress', awayFrom);
const completed = (awayFrom: string) => event('Autoshift Completed', awayFrom);

function open() {
  const services = memoryServices({ settings: { zones: ['a', 'b'], zoneIds: ['use1-az4', 'use1-az1'] }, startAt: 1 });
  const context = { services, awsRequestId: '1', getRemainingTimeInMillis: () => 1_000 } as unknown as StageContext;
  return { services, tell: (told: unknown) => handler(told, context), zones: () => readOpenZones(services) };
}

describe('an autoshift', () => {
  it('drains the zone of its physical ID until it is completed', async () => {
    const { tell, zones } = open();
    await tell(started('use1-az4'));
    expect(await zones()).toEqual(['b']);
    await tell(started('use1-az4'));
    await tell(completed('use1-az4'));
    expect(await zones()).toEqual(['a', 'b']);
  });

  it('ends after a day when its end is never told', async () => {
    const { tell, zones, services } = open();
    await tell(started('use1-az1'));
    await services.clock.pass(DAY_MS - 1);
    expect(await zones()).toEqual(['a']);
    await services.clock.pass(1);
    expect(await zones()).toEqual(['a', 'b']);
  });

  it('leaves the drain of a person and zones of others alone', async () => {
    const { tell, zones, services } = open();
    await changeZone(services.table, 'a', (health) => ({ ...health, drain: { by: 'someone', since: 0 } }));
    await tell(started('use1-az4'));
    await tell(completed('use1-az4'));
    await tell(started('use1-az9'));
    expect(await zones()).toEqual(['b']);
  });

  it('is refused when it is no event that is known', async () => {
    await expect(open().tell(event('Practice Run Started', 'use1-az4'))).rejects.toMatchObject({
      name: 'InvalidInput',
    });
  });
});
