import { describe, expect, it } from 'vitest';
import { changeLedger } from '../../lib/run/ledger-store.ts';
import { loadDemand } from '../../lib/run/load-demand.ts';
import { writeDocument } from '../../lib/run/run-document.ts';
import { aPlan } from '../fixtures/a-record.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

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
