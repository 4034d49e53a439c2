import { describe, expect, it } from 'vitest';
import { Forecast } from '../../lib/forecast/forecast.ts';
import { addRunAccuracy } from '../../lib/run/accuracy-store.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { writeProfile } from '../../lib/run/profile-store.ts';
import { readDocument } from '../../lib/run/run-document.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';
import { aSample } from '../forecast/a-sample.ts';

const WORKFLOW = {
  version: 1,
  name: 'count',
  deadline: '600s',
  operations: [{ id: 'a', task: 'nothing', input: { kind: 'keys', from: 0, to: 1_000 } }],
};

const nothing = defineTask({ name: 'nothing', run: async () => undefined });

/** What a first shard is forecast to need after three runs, of each of which so many of forty shards missed. */
async function needAfter(missedCount: number) {
  const services = memoryServices({ tasks: [nothing] });
  await deliver(services, 'sharder', { execution: 'first', input: { workflow: WORKFLOW } });
  await deliver(services, 'forecaster', { run: 'first' });
  const [known] = (await readDocument(services.objects, { run: 'first', name: 'forecast' }, Forecast)).types;
  const type = known?.type ?? '';
  const samples = Array.from({ length: 60 }, (_, index) =>
    aSample({ run: `r${index % 3}`, shard: `a/${index}`, durationMs: 1_000 + 10 * ((index * 37) % 60) }),
  );
  await writeProfile(services.table, { type, samples, committedCount: 60, failedCount: 0, failures: [] });
  for (const at of [1, 2, 3]) {
    const outcome = { run: `r${at}`, at, seenCount: 40, missedCount, error: 4, reference: 40 };
    await addRunAccuracy(services.table, type, outcome);
  }
  await deliver(services, 'sharder', { execution: 'next', input: { workflow: WORKFLOW } });
  await deliver(services, 'forecaster', { run: 'next' });
  const { level, shards } = await readDocument(services.objects, { run: 'next', name: 'forecast' }, Forecast);
  return { promised: level, need: shards[0]?.need };
}

describe('the forecaster', () => {
  it('asks for wider durations after runs that missed more than was promised, and promises the same of them', async () => {
    const [good, bad] = [await needAfter(2), await needAfter(12)];
    const width = ({ need }: typeof good) => (need?.durationMs.upper ?? 0) - (need?.durationMs.lower ?? 0);
    expect(width(bad)).toBeGreaterThan(1.2 * width(good));
    expect(bad.need?.durationMs).toMatchObject({ point: good.need?.durationMs.point, level: bad.promised });
    expect(bad.need?.memoryMiB).toEqual(good.need?.memoryMiB);
  });
});
