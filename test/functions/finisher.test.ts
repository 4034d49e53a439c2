import { describe, expect, it } from 'vitest';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { orphansLeft } from '../../lib/run/orphans-left.ts';
import { parseRun, runKey } from '../../lib/run/run-record.ts';
import { aRecord } from '../fixtures/a-record.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { pipeline } from '../fixtures/run-pipeline.ts';

const WORKFLOW = {
  version: 1,
  name: 'once-more',
  deadline: '60s',
  operations: [{ id: 'a', task: 'flaky', input: { kind: 'keys', from: 0, to: 1 }, estimates: { cpuSeconds: 1 } }],
};

/** Fails once: the run has an attempt whose output could be left. */
function services() {
  let failed = false;
  const flaky = defineTask<unknown, number>({
    name: 'flaky',
    async run({ input, write }) {
      for await (const { records } of input) for (const record of records) write(record);
      if (failed) return;
      failed = true;
      throw new ForeshardError('OutOfMemory', 'not this time');
    },
  });
  return memoryServices({ tasks: [flaky] });
}

describe('finisher', () => {
  it('ends a run whose replica store is away, and says what may be left', async () => {
    const base = services();
    const away = () => {
      throw new ForeshardError('StoreUnavailable', 'the second region does not answer');
    };
    const { run, services: used } = pipeline({ ...base, replicas: { ...base.replicas, list: away } });
    expect(await run('once', { workflow: WORKFLOW })).toMatchObject({
      outcome: 'met',
      warning: expect.stringMatching(/runs\/once\/outputs.*second region/),
    });
    const item = await used.table.get(runKey('once'));
    expect(item && parseRun(item)).toMatchObject({ state: 'ENDED', outcome: 'met' });
  });

  it('says nothing when nothing is left', async () => {
    expect(await pipeline(services()).run('once', { workflow: WORKFLOW })).not.toHaveProperty('warning');
  });

  it('does not hide what is no failure of a store', async () => {
    const broken = {
      ...memoryServices().objects,
      list: () => {
        throw new Error('a mistake');
      },
    };
    const request = { shards: [aRecord({ state: 'DONE', epoch: 2 })], copyCount: 0 };
    await expect(orphansLeft([broken], 'r', request)).rejects.toThrow('a mistake');
  });
});
