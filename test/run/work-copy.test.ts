import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { readAttempts } from '../../lib/run/attempt-store.ts';
import { copyShard } from '../../lib/run/copy-shard.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { OutputManifest } from '../../lib/run/input/output-manifest.ts';
import { workSlot } from '../../lib/run/work-slot.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { storedRun } from '../fixtures/stored-run.ts';
import { readShard } from './run-fixture.ts';

/** Two slots, of which the first one to come is slow or not; the second begins a second later, with a copy. */
async function race(sleepsMs: readonly [number, number]) {
  const waits = sleepsMs.values();
  const ids: string[] = [];
  const task = defineTask<unknown, number>({
    name: 'pass',
    async run({ shard, sleep, write }) {
      ids.push(shard.id);
      await sleep(waits.next().value ?? 0);
      write(1);
    },
  });
  const services = memoryServices({ tasks: [task] });
  const { table, clock, objects } = services;
  const run = await storedRun(services, [{ id: 'a', ranges: [{ start: 0, end: 1 }] }]);
  const work = (name: string) =>
    workSlot(
      {
        slot: { run, slot: name, pool: '1769-az1', zone: 'az1', memoryMiB: 1_769 },
        invocation: { owner: `${name}:call`, cold: false, claimUntil: 2_000, endsAt: 900_000 },
        judge: () => ({ kind: 'poison', attempts: 1 }),
        mayClaim: async () => true,
      },
      services,
    );
  const second = async () => {
    await clock.sleep(1_000);
    await copyShard(table, await readShard(table, run, 'a/0'), { zone: 'az2', now: clock.now() });
    await work('slot-2');
  };
  await clock.during(Promise.all([work('slot-1'), second()]));
  const outputs = (await collect(objects.list(`runs/${run}/outputs/`))).map(({ location }) => location);
  const attempts = await readAttempts(table, run);
  return { shard: await readShard(table, run, 'a/0'), outputs, attempts, ids, endedAt: clock.now() };
}

describe('a worker with a copy', () => {
  it('commits first when its shard hangs; the other one stops at its next heartbeat and leaves nothing', async () => {
    const { shard, outputs, attempts, ids, endedAt } = await race([300_000, 500]);
    expect(shard).toMatchObject({ state: 'DONE', copy: 'a/0~1' });
    expect(outputs).toEqual([OutputManifest.parse(shard.output).location]);
    expect(attempts).toMatchObject([
      { shard: 'a/0', outcome: 'lost', error: 'Outrun' },
      { shard: 'a/0', copy: 'a/0~1', outcome: 'committed', slot: 'slot-2' },
    ]);
    // a task knows nothing of copies, and nobody waited for the 300 s
    expect(ids).toEqual(['a/0', 'a/0']);
    expect(endedAt).toBeLessThan(60_000);
  });

  it('stops within a second when the shard is done without it', async () => {
    const { shard, outputs, attempts } = await race([1_500, 300_000]);
    expect(shard.state).toBe('DONE');
    expect(shard.copy).toBeUndefined();
    expect(outputs).toEqual([OutputManifest.parse(shard.output).location]);
    expect(attempts).toMatchObject([
      { outcome: 'committed', slot: 'slot-1' },
      { copy: 'a/0~1', outcome: 'lost', error: 'Outrun' },
    ]);
    const [doneAt = 0, stoppedAt = 0] = attempts.map(({ startedAt, durationMs }) => startedAt + durationMs);
    expect(stoppedAt).toBeGreaterThan(doneAt);
    expect(stoppedAt).toBeLessThanOrEqual(doneAt + 1_000);
  });

  it('removes its output when it is second at the very end', async () => {
    const { shard, outputs } = await race([1_500, 501]);
    expect(shard.state).toBe('DONE');
    expect(outputs).toEqual([OutputManifest.parse(shard.output).location]);
  });
});
