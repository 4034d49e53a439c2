import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runState } from '../../lib/cli/run-states.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import { changeLedger, readLedgers } from '../../lib/run/ledger-store.ts';
import { type Embedded, embedded, linesFile } from './embedded.ts';

const HELD_MS = 600_000;

describe('a run that comes while another holds every slot', { timeout: 60_000 }, () => {
  let system: Embedded;
  let lines: string;

  beforeAll(async () => {
    system = await embedded({ canaryCount: 0, tiersMiB: [192], zones: ['a'], slotMax: 1, vcpuMax: 1 });
    lines = await linesFile(system.home, 100);
  });

  afterAll(() => system[Symbol.asyncDispose]());

  const workflow = (objective: string) => ({
    version: 1,
    name: 'late',
    deadline: '2m',
    objective,
    operations: [{ id: 'all', task: 'total', input: { kind: 'ndjson', location: lines }, divisible: false }],
  });

  /** All slots, until a moment by which the workflow is late. */
  async function hold(): Promise<void> {
    const { table, clock, settings } = system.runtime.services;
    const until = clock.now() + HELD_MS;
    for (const { id, slotMax } of listPools(settings, new Set())) {
      const hold = { run: 'other', slotCount: slotMax, from: 0, until, plannedUntil: until, guaranteed: true };
      await changeLedger(table, {
        pool: { pool: id, slotMax },
        writer: id,
        decide: (ledger) => ({ ledger: { ...ledger, holds: [hold] }, answer: undefined }),
      });
    }
  }

  it('is refused with the earliest deadline that it could have, and holds nothing', async () => {
    await hold();
    await expect(system.run('late', workflow('deadline'))).rejects.toMatchObject({
      name: 'DeadlineUnreachable',
      message: expect.stringContaining('the earliest is'),
    });
    const { table, objects, clock, settings } = system.runtime.services;
    const ledgers = await readLedgers(
      table,
      listPools(settings, new Set()).map(({ id, slotMax }) => ({ pool: id, slotMax })),
    );
    expect(ledgers.flatMap(({ holds }) => holds.map(({ run }) => run))).toEqual(['other']);
    const state = await runState(objects, 'late', clock.now());
    expect(state.state).toBe('refused');
    expect(state.plan?.admission).toMatchObject({ admitted: 'refused' });
    expect(state.endAt).toBeGreaterThan(state.startedAt + HELD_MS);
  });

  it('waits in the background when the deadline is not its objective', async () => {
    await hold();
    // it ends when the runtime closes, whoever waits for it by then
    const running = system.run('cheap', workflow('cost')).catch(() => undefined);
    const { objects, clock } = system.runtime.services;
    await expect
      .poll(async () => (await runState(objects, 'cheap', clock.now()).catch(() => undefined))?.plan?.admission, {
        timeout: 20_000,
      })
      .toMatchObject({ admitted: 'background' });
    await system.runtime.close();
    await running;
  });
});
