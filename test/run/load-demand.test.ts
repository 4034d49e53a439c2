import { describe, expect, it } from 'vitest';
import { concurrencyDemand } from '../../lib/plan/concurrency-demand.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import { changeLedger } from '../../lib/run/ledger-store.ts';
import { loadDemand } from '../../lib/run/load-demand.ts';
import { loadProvisioned, provisionWindows } from '../../lib/run/provision-windows.ts';
import { writeDocument } from '../../lib/run/run-document.ts';
import { aPlan } from '../fixtures/a-record.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { memoryProvisioning } from '../memory-provisioning.ts';

describe('loadDemand', () => {
  it('reads what is held, the plans of who holds it, and what is reserved', async () => {
    const services = memoryServices({ settings: { zones: ['az1'], tiersMiB: [1_769] } });
    const hold = (run: string, slotCount: number) => ({ run, slotCount, from: 0, until: 9, guaranteed: false });
    await changeLedger(services.table, {
      pool: { pool: '1769-az1', slotMax: 9 },
      writer: 'test',
      decide: (ledger) => ({
        ledger: { ...ledger, holds: [hold('r', 2), hold('q', 3), hold('no-plan', 1)] },
        answer: 0,
      }),
    });
    for (const run of ['r', 'q', 'holds-nothing']) {
      await writeDocument(services.objects, { run, name: 'plan' }, aPlan({ run }));
    }
    await services.functions.reserve('foreshard-worker-1769-az1', 4);
    const { plans, heldCounts, observed, pools } = await loadDemand(services);
    expect(plans.map(({ run }) => run).sort()).toEqual(['q', 'r']);
    expect([...heldCounts]).toEqual([
      ['1769-az1', 6],
      ['1769-regional', 0],
    ]);
    expect([...observed]).toEqual([
      ['foreshard-worker-1769-az1', 4],
      ['foreshard-worker-1769-regional', undefined],
    ]);
    expect(pools.map(({ id }) => id)).toEqual(['1769-az1', '1769-regional']);
  });
});

describe('provisionWindows', () => {
  const NOW = 1_000_000;
  const window = { from: NOW + 600_000, until: NOW + 3_600_000, slotCount: 4 };
  const plan = aPlan({
    grants: [{ pool: '1769-regional', ...window }],
    deadlineAt: NOW * 100,
    expectedEndAt: window.until,
  });

  it('registers what pays for the alias, keeps the reservation above it, and buys nothing in a small account', async () => {
    const provisioning = memoryProvisioning(() => NOW);
    const { settings } = memoryServices({ settings: { tiersMiB: [1_769], workerAlias: 'live' } });
    const demand = { plans: [plan], pools: listPools(settings, new Set()) };
    const look = () => loadProvisioned(provisioning, { ...demand, now: NOW, leadMs: 600_000 });
    const context = { demand, settings, now: NOW };
    expect(await provisionWindows(provisioning, { ...context, bought: await look(), mayBuy: false })).toEqual([]);
    const steps = await provisionWindows(provisioning, { ...context, bought: await look(), mayBuy: true });
    expect(steps).toMatchObject([{ do: 'register', window: { functionName: 'foreshard-worker-1769-regional:live' } }]);
    const { countsByPool: provisionedCounts } = await look();
    expect(provisionedCounts.get('1769-regional')).toBe(4);
    const none = { plans: [], heldCounts: new Map(), expectedCounts: new Map(), now: NOW, leadMs: 0 };
    expect(concurrencyDemand({ ...demand, ...none, provisionedCounts })[0]?.needCount).toBe(4);
    expect(await provisionWindows(provisioning, { ...context, bought: await look(), mayBuy: false })).toMatchObject([
      { do: 'release' },
    ]);
  });
});
