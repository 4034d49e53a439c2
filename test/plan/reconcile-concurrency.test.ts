import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { applyConcurrency, type ControlPlane } from '../../lib/plan/apply-concurrency.ts';
import type { ConcurrencyDemand } from '../../lib/plan/concurrency-demand.ts';
import { RECONCILE_RULES, type Reservation, reconcileConcurrency } from '../../lib/plan/reconcile-concurrency.ts';

const NOW = 1_000_000;
const demand = (functionName: string, needCount: number, desiredCount = needCount, deadlineAt = 0) => ({
  functionName,
  needCount,
  desiredCount,
  deadlineAt,
});

function reconcile(demands: readonly ConcurrencyDemand[], observed: Record<string, Reservation>, left: number) {
  const input = { demands, observed: new Map(Object.entries(observed)), reservableLeft: left, now: NOW };
  return reconcileConcurrency({ ...input, surplusSince: new Map() });
}

describe('reconcileConcurrency', () => {
  it('raises at once and has nothing to do when all is as wanted', () => {
    const demands = [demand('a', 4), demand('b', 2, 6)];
    expect(reconcile(demands, {}, 100).steps).toEqual([
      { functionName: 'a', from: undefined, to: 4, needCount: 4 },
      { functionName: 'b', from: undefined, to: 6, needCount: 2 },
    ]);
    expect(reconcile(demands, { a: 4, b: 6 }, 90).steps).toEqual([]);
  });

  it('keeps a surplus for the cool-down and gives it up afterwards, but not for a small difference', () => {
    const input = { demands: [demand('a', 2)], observed: new Map([['a', 10]]), reservableLeft: 0 };
    const first = reconcileConcurrency({ ...input, now: NOW, surplusSince: new Map() });
    expect(first.steps).toEqual([]);
    const { surplusSince } = first;
    const later = (ms: number) => reconcileConcurrency({ ...input, now: NOW + ms, surplusSince }).steps;
    expect(later(RECONCILE_RULES.coolDownMs - 1)).toEqual([]);
    expect(later(RECONCILE_RULES.coolDownMs)).toEqual([{ functionName: 'a', from: 10, to: 2, needCount: 2 }]);
    const small = { ...input, demands: [demand('a', 8)], surplusSince: new Map([['a', 0]]) };
    expect(reconcileConcurrency({ ...small, now: NOW }).steps).toEqual([]);
  });

  it('takes a surplus at once when a need elsewhere waits for it, decreases first', () => {
    expect(reconcile([demand('a', 8, 8, 1), demand('b', 2, 2, 2)], { b: 10 }, 3).steps).toEqual([
      { functionName: 'b', from: 10, to: 5, needCount: 2 },
      { functionName: 'a', from: undefined, to: 8, needCount: 8 },
    ]);
  });

  it('serves the earliest deadline first, and reserves nothing where less than the need would only be a limit', () => {
    const { steps, unmet } = reconcile([demand('a', 8, 8, 2), demand('b', 6, 6, 1)], {}, 10);
    expect(steps).toEqual([{ functionName: 'b', from: undefined, to: 6, needCount: 6 }]);
    expect(unmet).toEqual([{ functionName: 'a', missingCount: 8 }]);
  });

  it('works on the ledger alone when the account leaves nothing to reserve', () => {
    expect(reconcile([demand('a', 8)], {}, 0)).toMatchObject({ mode: 'ledger-only', steps: [] });
    expect(reconcile([demand('a', 8)], {}, -50)).toMatchObject({ mode: 'ledger-only', steps: [] });
  });
});

/** Lambda's side: refuses what it would refuse, fails as often as it is told, and remembers every attempt. */
function controlPlane(reservable: number, others: number, faults: { rate: number }, seed: number) {
  const random = seededRandom(seed);
  const reserved = new Map<string, number>();
  const total = () => others + [...reserved.values()].reduce((sum, count) => sum + count, 0);
  const attemptsAt: number[] = [];
  let now = NOW;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const reserve = async (name: string, count: number | undefined) => {
    attemptsAt.push(now);
    const luck = random();
    if (luck < faults.rate / 2) throw new ForeshardError('Throttled', 'rate exceeded');
    if (luck < faults.rate) throw new ForeshardError('StoreUnavailable', 'service exception');
    if (count === undefined) reserved.delete(name);
    else reserved.set(name, count);
    now += Math.floor(random() * 50);
  };
  return { reserved, random, left: () => reservable - total(), attemptsAt, clock, reserve };
}

const demands = fc.array(fc.record({ needCount: fc.nat(60), more: fc.nat(30), deadlineAt: fc.nat(5) }), {
  minLength: 4,
  maxLength: 4,
});

describe('applyConcurrency', () => {
  const steps = [
    { functionName: 'a', from: 10, to: 4, needCount: 4 },
    { functionName: 'b', from: 2, to: 5, needCount: 4 },
    { functionName: 'c', from: 1, to: 4, needCount: 1 },
    { functionName: 'd', from: undefined, to: 1, needCount: 1 },
  ];
  const run = (reservableLeft: number, stops: Pick<ControlPlane, 'signal'> & { lastsMs?: number } = {}) => {
    const plane = controlPlane(1_000, 0, { rate: 0 }, 1);
    const reserve = async (name: string, to: Reservation) => {
      if (name === 'd') throw new ForeshardError('StoreUnavailable', 'service exception');
      return plane.reserve(name, to);
    };
    const options = { ...plane, functions: { reserve }, lastWriteAt: 0, reservableLeft };
    const { signal, lastsMs = Number.POSITIVE_INFINITY } = stops;
    return applyConcurrency(steps, { ...options, ...(signal && { signal }), until: plane.clock.now() + lastsMs });
  };
  const outcomes = ({ log }: Awaited<ReturnType<typeof run>>) =>
    log.map((r) => `${r.functionName} ${r.to} ${r.outcome}`);

  it('undoes in reverse what was done before a failed step, but takes nothing from a running plan', async () => {
    const applied = ['a 4 applied', 'b 5 applied', 'c 4 applied', 'd 1 failed'];
    expect(outcomes(await run(3))).toEqual([...applied, 'c 1 rolled-back', 'b 2 kept', 'a 10 rolled-back']);
    expect(outcomes(await run(2))).toEqual([...applied, 'c 1 rolled-back', 'b 2 kept', 'a 10 kept']);
  });

  it('begins no step once its time is over, and undoes none', async () => {
    expect(outcomes(await run(3, { lastsMs: 334 }))).toEqual(['a 4 applied', 'b 5 applied', 'c 4 halted']);
    expect(outcomes(await run(3, { lastsMs: 3 * 334 }))).toEqual([
      ...['a 4 applied', 'b 5 applied', 'c 4 applied', 'd 1 failed'],
      ...['c 1 kept', 'b 2 kept', 'a 10 kept'],
    ]);
  });

  it('begins no step once the kill switch is thrown', async () => {
    expect(outcomes(await run(3, { signal: AbortSignal.abort() }))).toEqual(['a 4 halted']);
  });
});

describe('applyConcurrency, driven by random plans, faults and throttles', () => {
  it('never exceeds the account, never lowers below a need, makes at most 3 writes a second, and converges', async () => {
    const property = fc.asyncProperty(
      fc.array(demands, { minLength: 1, maxLength: 6 }),
      fc.record({ reservable: fc.nat(150), others: fc.nat(40), rate: fc.double({ min: 0, max: 0.6, noNaN: true }) }),
      fc.integer(),
      async (plans, { reservable, others, rate }, seed) => {
        const faults = { rate };
        const plane = controlPlane(reservable + others, others, faults, seed);
        let surplusSince: ReadonlyMap<string, number> = new Map();
        let lastWriteAt = 0;
        const violations: string[] = [];
        const tick = async (current: readonly ConcurrencyDemand[]) => {
          const before = { observed: new Map(plane.reserved), reservableLeft: plane.left(), now: plane.clock.now() };
          const result = reconcileConcurrency({ demands: current, ...before, surplusSince });
          const needs = new Map(current.map(({ functionName, needCount }) => [functionName, needCount]));
          const functions = {
            reserve: (name: string, to: Reservation) => {
              violations.push(...unlawful(plane.left(), needs.get(name) ?? 0, plane.reserved.get(name), to));
              return plane.reserve(name, to);
            },
          };
          const applied = await applyConcurrency(result.steps, { ...plane, ...before, functions, lastWriteAt });
          ({ surplusSince } = result);
          ({ lastWriteAt } = applied);
          return result;
        };
        const named = (plan: (typeof plans)[number]) =>
          plan.map(({ needCount, more, deadlineAt }, index) =>
            demand(`f${index}`, needCount, needCount + more, deadlineAt),
          );
        for (const plan of plans) {
          await tick(named(plan));
          await plane.clock.sleep(plane.random() * 2 * RECONCILE_RULES.coolDownMs);
        }
        faults.rate = 0;
        const last = named(plans.at(-1) ?? []);
        await tick(last);
        await plane.clock.sleep(RECONCILE_RULES.coolDownMs);
        await tick(last);
        const settled = await tick(last);
        expect(violations).toEqual([]);
        expect(settled.steps).toEqual([]);
        if (last.reduce((sum, { needCount }) => sum + needCount, 0) <= reservable) expect(settled.unmet).toEqual([]);
        const { attemptsAt } = plane;
        for (const [i, at] of attemptsAt.entries())
          expect((attemptsAt[i + 3] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThan(1_000);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});

/** What is wrong with a write, judged before it is made: it must be lawful even if it then fails. */
function unlawful(free: number, need: number, from: Reservation, to: Reservation): readonly string[] {
  const write = `${from} -> ${to} with need ${need} and ${free} free`;
  return [
    ...((to ?? 0) - (from ?? 0) > free ? [`exceeds the account: ${write}`] : []),
    ...((to ?? 0) < (from ?? 0) && (to ?? 0) < need ? [`takes from a running plan: ${write}`] : []),
    ...(from === undefined && (to ?? 0) < need ? [`limits a plan that had no limit: ${write}`] : []),
    ...(to === 0 ? [`stops the function: ${write}`] : []),
  ];
}
