import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CopyRecord } from '../../lib/tasks/copy.ts';
import { embedded } from './embedded.ts';

const ROOT = join(import.meta.dirname, '../..');
const LYING_COUNT = 30;
const SIZE_BYTES = 20_000;
/** Objects of one kilobyte to twenty, by a rule that the test can repeat. */
const bodyOf = (number: number) => new Uint8Array(1_000 + ((number * 7_919) % SIZE_BYTES)).fill(number % 251);
const nameOf = (number: number) => `part-${String(number).padStart(4, '0')}`;
const sha256 = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');

describe('a bucket whose objects keep arriving', { timeout: 120_000 }, () => {
  it('is replicated to the last byte, each object once, though most of them came while it ran', async () => {
    await using system = await embedded({}, join(ROOT, 'lib/tasks/built-in-tasks.ts'));
    const { objects } = system.runtime.services;
    const workflow = JSON.parse(await readFile(join(ROOT, 'events/backlog.workflow.json'), 'utf8'));
    let count = 0;
    const arrive = async () => {
      await objects.put(`backlog/inbox/${nameOf(count)}`, bodyOf(count));
      count += 1;
    };
    while (count < LYING_COUNT) await arrive();
    const running = system.run('backlog', workflow);
    const startedAt = Date.now();
    // three each quarter of a second, and four times as many from the third second to the fifth
    for (let elapsedMs = 0; elapsedMs < 6_500; elapsedMs = Date.now() - startedAt) {
      for (let left = elapsedMs > 3_000 && elapsedMs < 5_000 ? 12 : 3; left > 0; left -= 1) await arrive();
      await sleep(250);
    }
    const report = await running;
    expect(report.outcome).toBe('met');
    const records = (await system.outputOf(report, 'replicate')) as readonly CopyRecord[];
    const expected = Array.from({ length: count }, (_, number) => ({
      from: `backlog/inbox/${nameOf(number)}`,
      to: `backlog/replica/${nameOf(number)}`,
      sizeBytes: bodyOf(number).byteLength,
      sha256: sha256(bodyOf(number)),
    }));
    expect(records.toSorted((a, b) => (a.from < b.from ? -1 : 1))).toEqual(expected);
    const [backlog] = report.backlogs;
    expect(backlog).toMatchObject({ operation: 'replicate', objectCount: count, objectiveMs: 6_000 });
    expect(backlog?.lag.withinShare).toBeGreaterThan(0.9);
    expect(backlog?.patent.slotMs).toBeGreaterThan(0);
    for (const { to, sha256: digest } of expected) expect(sha256(await objects.get(to))).toBe(digest);
  });
});
