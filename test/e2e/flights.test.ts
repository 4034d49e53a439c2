import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../lib/report/run-report.ts';
import type { FlightsSummary } from '../../lib/tasks/flights/flights-summary.ts';
import { flightsReference } from '../flights-reference.ts';
import { expectFlights } from '../tasks/expect-flights.ts';
import { type Embedded, embedded } from './embedded.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('three million flights', { timeout: 300_000 }, () => {
  let system: Embedded;
  let report: RunReport;

  beforeAll(async () => {
    system = await embedded({}, join(ROOT, 'lib/tasks/built-in-tasks.ts'));
    const definition = await readFile(join(ROOT, 'events/flights.workflow.json'), 'utf8');
    report = await system.run('flights', JSON.parse(definition));
  }, 300_000);

  afterAll(() => system[Symbol.asyncDispose]());

  it('are read to the last one, every shard committed, before the deadline', () => {
    expect(report.outcome).toBe('met');
    expect(report.poisoned).toEqual([]);
    for (const { shardCount, committedCount } of report.operations) expect(committedCount).toBe(shardCount);
    expect(report.operations[0]?.recordsIn).toBe(3_000_000);
  });

  it('give what a plain single pass over the file gives', async () => {
    const text = await system.runtime.services.objects.get('flights/summary.json');
    const summary: FlightsSummary = JSON.parse(new TextDecoder().decode(text));
    expect(summary.readCount).toBe(3_000_000);
    expectFlights(summary, await flightsReference(), { minimumFlights: 365, routeMax: 20 });
  });
});
