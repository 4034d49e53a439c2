import { describe, expect, it } from 'vitest';
import { threadPool } from '../../../lib/adapters/embedded/thread-pool.ts';

const ENTRY = new URL('../../fixtures/embedded/eater.ts', import.meta.url).href;

/** Runs what eats memory in one way, in a thread of 96 MiB. */
async function eat(what: string): Promise<unknown> {
  const pool = threadPool({
    functionName: 'eater',
    memoryMiB: 96,
    threadMax: 1,
    start: { entry: ENTRY, data: {} },
    onMessage: () => {},
  });
  const call = {
    functionName: 'eater',
    awsRequestId: '1',
    memoryMiB: 96,
    eventJson: JSON.stringify({ what }),
    endsAt: Number.POSITIVE_INFINITY,
  };
  try {
    return await pool.run(call, new AbortController().signal).catch((error: Error) => error.name);
  } finally {
    await pool.close();
  }
}

describe('a thread that holds more than its memory', { timeout: 60_000 }, () => {
  it.each(['objects', 'map', 'parsed', 'buffers'])('ends alone, as OutOfMemory, when it eats %s', async (what) => {
    expect(await eat(what)).toBe('OutOfMemory');
  });

  it('is left alone below it', async () => {
    expect(await eat('little')).toEqual({ answerJson: '"full"' });
  });
});
