import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logsExtract } from '../../../lib/tasks/logs/extract.ts';
import type { LogFact } from '../../../lib/tasks/logs/incident.ts';
import { fingerprint } from '../../../lib/tasks/logs/log-line.ts';
import { logsMerge } from '../../../lib/tasks/logs/merge.ts';
import { logsReport } from '../../../lib/tasks/logs/report.ts';
import { blockOf, runTask } from '../../run-task.ts';

const line = (changes: object) => ({
  at: '2026-11-24T06:00:00.000Z',
  service: 'checkout',
  level: 'error',
  message: 'order 4711 failed',
  ...changes,
});

describe('fingerprint', () => {
  it('is the same for lines that differ by numbers, ids and deeper frames', () => {
    const frames = (last: string) =>
      `Error: x\n  at pay (/srv/pay.js:12:8)\n  at run (/srv/run.js:1:1)\n  at go (a:1)\n  at ${last}`;
    const one = fingerprint({ service: 's', message: 'order 1 at 0xff failed', stack: frames('deep') });
    const other = fingerprint({ service: 's', message: 'order 22 at 0x1a failed', stack: frames('deeper') });
    expect(one).toBe(other);
    expect(one).toBe('s | order # at # failed | at pay (/srv/pay.js:#:#) | at run (/srv/run.js:#:#) | at go (a:#)');
  });
});

const lines = fc.array(
  fc.record({
    at: fc.nat(1e6).map((ms) => new Date(ms).toISOString()),
    service: fc.constantFrom('a', 'b'),
    level: fc.constantFrom('info' as const, 'error' as const),
    message: fc.constantFrom('order 1 failed', 'order 2 failed', 'index is not ready'),
    latencyMs: fc.nat(100),
  }),
  { maxLength: 40 },
);

describe('the tasks of the logs example', () => {
  it('count each line once, however the log is cut, as one pass over it does', async () => {
    await fc.assert(
      fc.asyncProperty(lines, fc.nat(40), async (given, cut) => {
        const shards = [given.slice(0, cut), given.slice(cut)];
        const facts: LogFact[] = [];
        for (const shard of shards) {
          const written = await runTask(logsExtract, { blocks: [blockOf(shard)] });
          facts.push(...written.map(({ record }) => record as LogFact));
        }
        const merged = await runTask(logsMerge, { blocks: [blockOf(facts)] });
        const report = await runTask(logsReport, { blocks: [blockOf(merged.map(({ record }) => record as LogFact))] });
        const rows = report.map(({ record }) => record as Record<string, unknown>);
        for (const service of ['a', 'b']) {
          const own = given.filter((one) => one.service === service);
          const errors = own.filter(({ level }) => level === 'error');
          const row = rows.find((one) => one.kind === 'service' && one.service === service);
          expect(row?.lineCount ?? 0).toBe(own.length);
          const incidents = rows.filter((one) => one.kind === 'incident' && one.service === service);
          expect(incidents.reduce((sum, { count }) => sum + Number(count), 0)).toBe(errors.length);
          const firstAt = errors.map(({ at }) => at).sort()[0];
          expect(incidents.map((one) => String(one.firstAt)).sort()[0]).toBe(firstAt);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('list the most frequent first, as many as are asked for, and refuse what is no log', async () => {
    const given = [line({}), line({ message: 'order 1 failed' }), line({ message: 'other' })];
    const facts = await runTask(logsExtract, { blocks: [blockOf(given)] });
    const report = await runTask(logsReport, {
      blocks: [blockOf(facts.map(({ record }) => record as LogFact))],
      params: { incidentMax: 1 },
    });
    expect(report.map(({ record }) => record)).toMatchObject([
      { kind: 'incident', fingerprint: 'checkout | order # failed', count: 2 },
      { kind: 'service', service: 'checkout', lineCount: 3, errorShare: 1, meanLatencyMs: null },
    ]);
    await expect(runTask(logsExtract, { blocks: [blockOf([{ at: 'noon' }])] })).rejects.toThrow('at');
  });
});
