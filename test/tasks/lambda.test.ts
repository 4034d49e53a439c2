import { describe, expect, it } from 'vitest';
import { moduleFunctions } from '../../lib/adapters/embedded/module-functions.ts';
import { type LambdaEvent, lambda } from '../../lib/tasks/lambda.ts';
import { blockOf, runTask } from '../run-task.ts';

/** A function that answers with what it got, and what it got. */
function doubling() {
  const events: LambdaEvent[] = [];
  const call = async (_name: string, payload: unknown) => {
    const event = payload as LambdaEvent;
    events.push(event);
    return { records: event.records.map((value) => ({ value: Number(value) * 2, parity: Number(value) % 2 })) };
  };
  return { events, call };
}

const blocks = [blockOf([1, 2, 3]), blockOf([4, 5])];

describe('lambda', () => {
  it('gives the function batches of the asked size, across blocks, and writes what it answers', async () => {
    const { events, call } = doubling();
    const written = await runTask(lambda, { blocks, call, params: { function: 'f', recordMax: 2, payload: { a: 1 } } });
    expect(written.map(({ record }) => (record as { value: number }).value)).toEqual([2, 4, 6, 8, 10]);
    expect(events.map(({ records }) => records)).toEqual([[1, 2], [3, 4], [5]]);
    expect(events[0]).toMatchObject({ shard: { id: 'lambda/0', attempt: 1 }, payload: { a: 1 } });
  });

  it('keys what goes on by a field of it', async () => {
    const { call } = doubling();
    const written = await runTask(lambda, { blocks, call, params: { function: 'f', keyField: 'parity' } });
    expect(written.map(({ key }) => key)).toEqual(['1', '0', '1', '0', '1']);
  });

  it('sends no call larger than Lambda takes, and refuses a record that alone is', async () => {
    const { events, call } = doubling();
    const large = [blockOf(Array.from({ length: 4 }, () => 'x'.repeat(2_000_000)))];
    const quiet = async (name: string, payload: unknown) => {
      await call(name, payload);
      return null;
    };
    await runTask(lambda, { blocks: large, call: quiet, params: { function: 'f' } });
    expect(events.map(({ records }) => records.length)).toEqual([2, 2]);
    const tooLarge = runTask(lambda, { blocks: [blockOf(['x'.repeat(6e6)])], call, params: { function: 'f' } });
    await expect(tooLarge).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  it('writes nothing for nothing, and refuses an answer that is no list of records', async () => {
    const silent = await runTask(lambda, { blocks, call: async () => null, params: { function: 'f' } });
    expect(silent).toEqual([]);
    const wrong = runTask(lambda, { blocks, call: async () => 7, params: { function: 'f' } });
    await expect(wrong).rejects.toMatchObject({ name: 'TaskFailed' });
  });
});

describe('moduleFunctions', () => {
  it('calls by name or by ARN, with JSON between, and says what is left of the time', async () => {
    const seen: unknown[] = [];
    const { invoke } = moduleFunctions({
      f: async (event, { functionName, getRemainingTimeInMillis }) => {
        seen.push(event, functionName, getRemainingTimeInMillis() > 900);
        return { at: new Date(0), left: undefined };
      },
    });
    const answer = await invoke(
      'arn:aws:lambda:eu-central-1:123456789012:function:f:live',
      { a: 1 },
      { timeoutMs: 1e3 },
    );
    expect(answer).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    expect(seen).toEqual([{ a: 1 }, 'f', true]);
  });

  it('names the functions there are', async () => {
    const { invoke } = moduleFunctions({ thumbnail: async () => null });
    await expect(invoke('thumbnails', {})).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('known: thumbnail;'),
    });
  });
});
