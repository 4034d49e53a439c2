import { describe, expect, it } from 'vitest';
import { CHAOS_FORMS, isWithin, parseChaos } from '../../../lib/adapters/embedded/chaos-spec.ts';

const NOTHING = { zones: [], diskFull: [], corrupt: [], truncate: [] };

describe('parseChaos', () => {
  it('reads every fault as help writes it', () => {
    expect(parseChaos(CHAOS_FORMS, 1)).toEqual({
      seed: 7,
      kill: { share: 1 / 3, everyMs: 1_000 },
      delay: { share: 0.1, upToMs: 50 },
      dropShare: 0.02,
      zones: [{ zone: 'local-b', fromMs: 2_000, forMs: 5_000 }],
      diskFull: [{ fromMs: 3_000, forMs: 500 }],
      corrupt: ['clean/0'],
      truncate: ['clean/0'],
    });
  });

  it('takes the seed that was drawn when none is given, and faults in any order and number', () => {
    expect(parseChaos('kill=0.5@2s', 42)).toEqual({ ...NOTHING, seed: 42, kill: { share: 0.5, everyMs: 2_000 } });
    const { zones, corrupt } = parseChaos('zone=a@0s+1s, zone=b@1s+1s, corrupt=x, corrupt=y/3', 1);
    expect(zones.map(({ zone, fromMs }) => [zone, fromMs])).toEqual([
      ['a', 0],
      ['b', 1_000],
    ]);
    expect(corrupt).toEqual(['x', 'y/3']);
  });

  it.each([
    ['', /has '': there is no such fault/],
    ['kil=1/3@1s', /'kil=1\/3@1s': did you mean 'kill'/],
    ['kill', /'kill': it is written like kill=1\/3@1s/],
    ['kill=', /'kill=': it is written like/],
    ['kill=1/3', /'kill=1\/3': '' is no duration/],
    ['kill=0@1s', /'0' is no share above 0/],
    ['kill=3/2@1s', /'3\/2' is no share/],
    ['kill=1/0@1s', /'1\/0' is no share/],
    ['kill=1/2@0s', /'0s' is no duration/],
    ['kill=1/2@1s,kill=1/3@1s', /'kill=1\/3@1s': it is given twice/],
    ['drop=150%', /'150%' is no share/],
    ['zone=@1s+1s', /written like zone=/],
    ['zone=b', /written like zone=/],
    ['zone=b@1s', /'' is no duration/],
    ['disk=1s+1s+1s', /'1s\+1s\+1s' is no stretch of time/],
    ['seed=x', /a seed is a whole number/],
  ])('refuses %j, and says what is allowed', (text, message) => {
    const parse = () => parseChaos(text, 1);
    expect(parse).toThrow(message);
    expect(parse).toThrow(`give one or more of ${CHAOS_FORMS}`);
    expect(parse).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});

describe('isWithin', () => {
  it('is true from the start of a window to just before its end', () => {
    const windows = [{ fromMs: 10, forMs: 5 }];
    expect([9, 10, 14, 15].map((elapsedMs) => isWithin(windows, elapsedMs))).toEqual([false, true, true, false]);
  });
});
