import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan, SlotGrant } from '../../lib/plan/plan.ts';
import { PRICES } from '../../lib/plan/price.ts';
import { breakEvenShare, provisionedWindows } from '../../lib/plan/provisioned-windows.ts';
import { reconcileProvisioned } from '../../lib/plan/reconcile-provisioned.ts';
import { aPlan } from '../fixtures/a-record.ts';
import { memoryProvisioning } from '../memory-provisioning.ts';

const MINUTE_MS = 60_000;
const BILLED_MS = 300_000;
const READY_MS = 120_000;
const COLD_START_MS = 600;
const pool = {
  id: 'p',
  functionName: 'f:live',
  memoryMiB: 1_769,
  zone: 'regional',
  state: 'open',
  slotMax: 100,
} as const;

function plan(grants: readonly Omit<SlotGrant, 'pool'>[], slackMs = 1_000_000): Plan {
  const expectedEndAt = Math.max(0, ...grants.map(({ until }) => until));
  return aPlan({
    grants: grants.map((grant) => ({ pool: 'p', ...grant })),
    deadlineAt: expectedEndAt + slackMs,
    expectedEndAt,
  });
}

const windowsOf = (plans: readonly Plan[], now = 0) =>
  provisionedWindows({ plans, pools: [pool], coldStartMs: COLD_START_MS, now });
const minutes = (from: number, until: number, slotCount: number) => ({
  from: from * MINUTE_MS,
  until: until * MINUTE_MS,
  slotCount,
});

describe('provisionedWindows', () => {
  it('breaks even where the price list says so', () => {
    // AWS Compute Blog, "New for AWS Lambda: Predictable start-up times with Provisioned Concurrency": about 60 %.
    expect(breakEvenShare()).toBeCloseTo(0.6, 3);
  });

  it('keeps started what is used long enough, ready when the first slot begins', () => {
    expect(windowsOf([plan([minutes(10, 40, 4)])])).toEqual([
      { functionName: 'f:live', environmentCount: 4, from: 8 * MINUTE_MS, until: 40 * MINUTE_MS },
    ]);
  });

  it('buys the levels that are used for more than the break-even share, and not the peaks', () => {
    const plans = [plan([minutes(10, 40, 4)]), plan([minutes(20, 25, 30)])];
    expect(windowsOf(plans)[0]?.environmentCount).toBe(4);
  });

  it('buys nothing for a short use: five minutes are billed at least', () => {
    expect(windowsOf([plan([minutes(10, 12, 50)])])).toEqual([]);
  });

  it('buys where a cold start would cost a deadline, and not where it is lost or safe anyway', () => {
    const short = [minutes(10, 11, 50)];
    expect(windowsOf([plan(short, COLD_START_MS - 1)])[0]?.environmentCount).toBe(50);
    expect(windowsOf([plan(short, -COLD_START_MS - 1)])).toEqual([]);
    expect(windowsOf([plan(short, COLD_START_MS)])).toEqual([]);
    // Begun before anything could be ready: nothing is gained.
    expect(windowsOf([plan([minutes(1, 2, 50)], COLD_START_MS - 1)])).toEqual([]);
  });

  it('ends before a long pause, and holds through one in which nothing could be lowered and raised', () => {
    expect(windowsOf([plan([minutes(10, 40, 2), minutes(80, 120, 2)])])[0]?.until).toBe(40 * MINUTE_MS);
    expect(windowsOf([plan([minutes(10, 40, 2), minutes(43, 120, 2)])])[0]?.until).toBe(120 * MINUTE_MS);
  });

  it('never costs more than on demand, whatever the plans, when no deadline is near', () => {
    const grants = fc.array(
      fc.record({
        from: fc.nat(90),
        length: fc.integer({ min: 1, max: 60 }),
        slotCount: fc.integer({ min: 1, max: 20 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    const property = fc.property(grants, fc.nat(30), (list, nowMinutes) => {
      const plans = list.map(({ from, length, slotCount }) => plan([minutes(from, from + length, slotCount)]));
      const [window] = windowsOf(plans, nowMinutes * MINUTE_MS);
      if (!window) return;
      expect(savingUsd(plans, window)).toBeGreaterThanOrEqual(0);
      // The last environment pays for itself too.
      const oneLess = { ...window, environmentCount: window.environmentCount - 1 };
      expect(savingUsd(plans, window)).toBeGreaterThanOrEqual(savingUsd(plans, oneLess));
      expect(window.from).toBeGreaterThanOrEqual(nowMinutes * MINUTE_MS + MINUTE_MS);
      expect(window.until).toBeGreaterThan(window.from);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

/** The bill on demand less the bill with the window, a GiB each, by walking through the minutes. */
function savingUsd(
  plans: readonly Plan[],
  { from, until, environmentCount }: ReturnType<typeof windowsOf>[number],
): number {
  const billedS = (Math.ceil((until - from) / BILLED_MS) * BILLED_MS) / 1_000;
  let usedS = 0;
  // Environments are ready two minutes after their start.
  for (let at = from + READY_MS; at < until; at += MINUTE_MS) {
    const slots = plans
      .flatMap(({ grants }) => grants)
      .reduce((sum, grant) => (grant.from <= at && at < grant.until ? sum + grant.slotCount : sum), 0);
    usedS += (Math.min(slots, environmentCount) * MINUTE_MS) / 1_000;
  }
  const cheaper = PRICES.lambdaArmGibSecond - PRICES.lambdaArmProvisionedUseGibSecond;
  return usedS * cheaper - environmentCount * billedS * PRICES.lambdaArmProvisionedGibSecond + 1e-12;
}

describe('reconcileProvisioned', () => {
  const window = { functionName: 'f:live', environmentCount: 10, from: 10 * MINUTE_MS, until: 40 * MINUTE_MS };
  const steps = (state: object, windows = [window], now = 0) =>
    reconcileProvisioned({ windows, observed: new Map([['f:live', { environmentCount: 0, ...state }]]), now });
  const raise = { at: window.from, environmentCount: 10 };
  const lower = { at: window.until };

  it('registers what is missing, and has nothing to do when it is there', () => {
    expect(steps({})).toEqual([{ do: 'register', window }]);
    expect(steps({ raise, lower })).toEqual([]);
    expect(steps({ environmentCount: 10, lower })).toEqual([]);
  });

  it('registers anew a start without its end, and what has too few, begins too late or ends too early', () => {
    expect(steps({ raise })).toHaveLength(1);
    expect(steps({ raise: { ...raise, environmentCount: 9 }, lower })).toHaveLength(1);
    expect(steps({ raise: { ...raise, at: raise.at + MINUTE_MS }, lower })).toHaveLength(1);
    expect(steps({ raise, lower: { at: lower.at - MINUTE_MS } })).toHaveLength(1);
    expect(steps({ environmentCount: 9, lower })).toHaveLength(1);
  });

  it('lets small differences be', () => {
    expect(steps({ raise: { at: raise.at - MINUTE_MS, environmentCount: 12 }, lower })).toEqual([]);
    expect(steps({ raise, lower: { at: lower.at + MINUTE_MS } })).toEqual([]);
  });

  it('takes back what is on or will be when no window pays, once', () => {
    const release = [{ do: 'release', functionName: 'f:live', at: MINUTE_MS }];
    expect(steps({ raise, lower }, [])).toEqual(release);
    expect(steps({ environmentCount: 10, lower }, [])).toEqual(release);
    expect(steps({ environmentCount: 10, lower: { at: MINUTE_MS } }, [])).toEqual([]);
    expect(steps({}, [])).toEqual([]);
  });

  it('leaves nothing on after the last plan, wherever the controller dies', async () => {
    const demands = fc.array(
      fc.option(
        fc.record({
          from: fc.nat(30),
          length: fc.integer({ min: 5, max: 60 }),
          slotCount: fc.integer({ min: 1, max: 9 }),
        }),
      ),
      { minLength: 1, maxLength: 6 },
    );
    const property = fc.asyncProperty(demands, fc.nat(), async (list, seed) => {
      let now = 0;
      const provisioning = memoryProvisioning(() => now);
      let callsLeft = seed % 12;
      let lastEnd = 0;
      const die = () => {
        callsLeft -= 1;
        return callsLeft < 0;
      };
      for (const demand of list) {
        const plans = demand ? [plan([shifted(demand, now)])] : [];
        const windows = windowsOf(plans, now);
        const observed = await provisioning.observe(['f:live']);
        for (const step of reconcileProvisioned({ windows, observed, now })) {
          if (die()) break;
          if (step.do === 'register') lastEnd = Math.max(lastEnd, step.window.until);
          await (step.do === 'register' ? provisioning.register(step.window) : provisioning.release('f:live', step.at));
        }
        now += 3 * MINUTE_MS;
        if (provisioning.environmentCount('f:live') > 0) {
          expect((await provisioning.observe(['f:live'])).get('f:live')?.lower).toBeDefined();
        }
      }
      now = Math.max(now + MINUTE_MS, lastEnd + MINUTE_MS);
      expect(provisioning.environmentCount('f:live')).toBe(0);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

function shifted({ from, length, slotCount }: { from: number; length: number; slotCount: number }, now: number) {
  return { from: now + from * MINUTE_MS, until: now + (from + length) * MINUTE_MS, slotCount };
}
