import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDrained, newZone, openZones, type ZoneHealth, zoneStarts } from '../../lib/recover/open-zones.ts';
import {
  BREAKER_RULES,
  CLOSED_BREAKER,
  startsAllowed,
  type ZoneBreaker,
  zoneBreaker,
} from '../../lib/recover/zone-breaker.ts';

const { windowMs, attemptMin, pauseMs, pauseMaxMs, probeCount } = BREAKER_RULES;
const look = (breaker: ZoneBreaker, at: number, goodCount: number, badCount: number) =>
  zoneBreaker(breaker, { at, goodCount, badCount });

describe('zoneBreaker', () => {
  it('opens when more than half of enough attempts are bad, and not on exactly half', () => {
    expect(look(CLOSED_BREAKER, 0, 4, 4).state).toBe('closed');
    expect(look(CLOSED_BREAKER, 0, 3, 5)).toMatchObject({ state: 'open', until: pauseMs, openings: 1 });
    expect(look(CLOSED_BREAKER, 0, 0, attemptMin - 1).state).toBe('closed');
  });

  it('adds up what happens within the window, and forgets what is older', () => {
    const once = look(CLOSED_BREAKER, 0, 0, 5);
    expect(look(once, windowMs - 1, 0, 3).state).toBe('open');
    expect(look(once, windowMs + 1, 0, 3).state).toBe('closed');
  });

  it('lets nothing start while it is open, then a few, who decide', () => {
    const open = look(CLOSED_BREAKER, 0, 0, 8);
    expect(startsAllowed(open, pauseMs - 1)).toBe(0);
    expect(look(open, pauseMs - 1, 50, 0)).toEqual(open);
    expect(startsAllowed(open, open.until)).toBe(probeCount);
    const half = look(open, pauseMs, 5, 5);
    expect(half.state).toBe('half-open');
    expect(look(half, pauseMs + 1, probeCount - 1, 0).state).toBe('half-open');
    expect(look(half, pauseMs + 1, probeCount, 0)).toEqual(CLOSED_BREAKER);
    expect(look(half, pauseMs + 1, 9, 1)).toMatchObject({
      state: 'open',
      until: pauseMs + 1 + 2 * pauseMs,
      openings: 2,
    });
  });

  it('never pauses longer than the longest pause, however often it opens', () => {
    let breaker = CLOSED_BREAKER;
    for (let opening = 0; opening < 40; opening += 1) {
      const at = breaker.until;
      breaker = look(zoneBreaker(breaker, { at, goodCount: 0, badCount: 0 }), at, 0, attemptMin);
      expect(breaker.state).toBe('open');
      expect(breaker.until - at).toBeLessThanOrEqual(pauseMaxMs);
    }
  });

  it('stays closed whatever good comes, in any order and at any time', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(300_000), fc.nat(50))), (looks) => {
        const breaker = looks
          .toSorted(([a], [b]) => a - b)
          .reduce((known, [at, good]) => look(known, at, good, 0), CLOSED_BREAKER);
        expect(breaker.state).toBe('closed');
        expect(breaker.buckets.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe('openZones', () => {
  const open = { ...CLOSED_BREAKER, state: 'open' as const, until: 1_000 };
  const zone = (name: string, more: Partial<ZoneHealth> = {}): ZoneHealth => ({ ...newZone(name), ...more });

  it('leaves out what was drained, until the drain ends, and what the breaker mistrusts', () => {
    const zones = [
      zone('az1', { drain: { by: 'operator', since: 0 } }),
      zone('az2', { drain: { by: 'autoshift', since: 0, until: 500 } }),
      zone('az3', { breaker: open }),
      zone('az4'),
    ];
    expect(openZones(zones, 0)).toEqual(['az4']);
    expect(openZones(zones, 500)).toEqual(['az2', 'az4']);
    expect(openZones(zones, 1_000)).toEqual(['az2', 'az3', 'az4']);
  });

  it('takes a failure of every zone for none of a zone, but never overrides a drain', () => {
    expect(openZones([zone('az1', { breaker: open }), zone('az2', { breaker: open })], 0)).toEqual(['az1', 'az2']);
    const drained = zone('az1', { drain: { by: 'operator', since: 0 } });
    expect(openZones([drained, zone('az2', { breaker: open })], 0)).toEqual(['az2']);
    expect(openZones([drained], 0)).toEqual([]);
    expect(isDrained(drained, 10 ** 12)).toBe(true);
  });
});

describe('zoneStarts', () => {
  const FULL = Number.POSITIVE_INFINITY;
  const open = { ...CLOSED_BREAKER, state: 'open' as const, until: 1_000 };
  const half = { ...CLOSED_BREAKER, state: 'half-open' as const };
  const zones = (...breakers: readonly ZoneBreaker[]) =>
    breakers.map((breaker, index) => ({ ...newZone(`az${index + 1}`), breaker }));
  const starts = (now: number, ...breakers: readonly ZoneBreaker[]) => [...zoneStarts(zones(...breakers), now)];

  it('limits a half-open zone beside one that is trusted, also before anybody wrote that its pause is over', () => {
    expect(starts(0, half, CLOSED_BREAKER)).toEqual([
      ['az1', probeCount],
      ['az2', FULL],
    ]);
    expect(starts(999, open, CLOSED_BREAKER)).toEqual([['az2', FULL]]);
    expect(starts(1_000, open, CLOSED_BREAKER)[0]).toEqual(['az1', probeCount]);
  });

  it('limits none where no zone is trusted, and does not count a drained one as trusted', () => {
    expect(starts(0, half, open)).toEqual([['az1', FULL]]);
    expect(starts(0, open, open).map(([, count]) => count)).toEqual([FULL, FULL]);
    const [probed, drained] = zones(half, CLOSED_BREAKER) as [ZoneHealth, ZoneHealth];
    const left = zoneStarts([probed, { ...drained, drain: { by: 'operator', since: 0 } }], 0);
    expect([...left]).toEqual([['az1', FULL]]);
  });
});
