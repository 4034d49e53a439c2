import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toEmf } from '../../lib/profile/emf.ts';
import { foreshard } from '../fixtures/foreshard-process.ts';
import { anAttempt } from '../profile/an-attempt.ts';
import { embedded, linesFile } from './embedded.ts';

const HOUR = 3_600_000;
const TASKS = join(import.meta.dirname, '../fixtures/tasks.ts');

/** Eight days of a load that follows the day, and the activity that goes with it, as workers would have logged it. */
async function logged(home: string, type: string): Promise<void> {
  const last = Math.floor(Date.now() / HOUR) * HOUR;
  const lines = Array.from({ length: 8 * 24 }, (_, hour) => {
    const wave = Math.cos((2 * Math.PI * hour) / 24);
    const attempt = anAttempt({
      run: 'earlier',
      shard: `work/${hour}`,
      type,
      startedAt: last - (8 * 24 - hour) * HOUR,
      durationMs: 1_000_000 * (2 + wave + ((hour * 7_919) % 13) / 40),
      context: { activity: 10 + (((hour + 1) * 7_919) % 13) },
    });
    return `${JSON.stringify(toEmf(attempt))}\n`;
  });
  await appendFile(join(home, 'metrics', 'earlier.ndjson'), lines.join(''));
}

describe('foreshard profile', { timeout: 180_000 }, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreshard-profile-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('shows sizes after a run, and after a refresh the load, its forecasts, their models and what moves it', async () => {
    const home = join(folder, 'home');
    await using system = await embedded();
    const input = { kind: 'ndjson', location: await linesFile(system.home, 60) };
    const operations = [{ id: 'work', task: 'dawdle', params: { msPerRecord: 1 }, input }];
    const workflow = { version: 1, name: 'w', deadline: '5m', context: { activity: 12 }, operations };
    const report = await system.run('first', workflow);
    const type = report.operations[0]?.type ?? '';
    await logged(system.home, type);
    await system.runtime.close();
    // A process of its own uses the folder now.
    await cp(system.home, home, { recursive: true });
    const profile = async (...options: string[]) => {
      const { code, out, err } = await foreshard([
        ...['profile', type, '--home', home, '--tasks', TASKS, '--json'],
        ...options,
      ]);
      expect(err).toBe('');
      expect(code).toBe(0);
      return JSON.parse(out);
    };
    const before = await profile();
    expect(before.needs).not.toEqual([]);
    expect(before.shards.runs).toHaveLength(1);
    expect(before).toMatchObject({ arrivals: null, outlook: null, history: [] });

    const after = await profile('--refresh');
    expect(after.history.length).toBeGreaterThan(160);
    expect(after.arrivals.busySlots).toHaveLength(72);
    expect(after.outlook.hours).toHaveLength(48);
    const weights = after.outlook.members.map(({ weight }: { weight: number }) => weight);
    expect(weights.reduce((sum: number, one: number) => sum + one, 0)).toBeCloseTo(1, 9);
    const factors = after.outlook.factors.map(({ factor }: { factor: string }) => factor);
    expect(factors).toContain('context.activity');
    expect(factors.some((factor: string) => factor.startsWith('time of day'))).toBe(true);
    expect(await readFile(join(home, 'metrics', 'earlier.ndjson'), 'utf8')).toContain('context.activity');
  });
});
