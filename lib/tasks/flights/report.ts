import * as z from 'zod';
import type { ObjectStore } from '../../ports/object-store.ts';
import { defineTask } from '../../run/define-task.ts';
import { type FlightsSummary, flightsSummary } from './flights-summary.ts';
import type { JoinedAggregate } from './join.ts';

const ReportParams = z.strictObject({
  minimumFlights: z.int().positive().default(365),
  routeMax: z.int().positive().default(20),
  /** Where `summary.json` and `airports.csv` go as well; without it there are only the records. */
  to: z.string().endsWith('/').optional(),
});

/** All aggregates in; the tables out, as records and, when asked for, as two objects. */
export const flightsReport = defineTask<z.infer<typeof ReportParams>, JoinedAggregate>({
  name: 'flights-report',
  params: ReportParams,
  async run({ params, input, objects, write }) {
    const builder = flightsSummary(params);
    for await (const { records } of input) for (const record of records) builder.add(record);
    const summary = builder.summary();
    writeTables(summary, write);
    if (params.to !== undefined) await putSummary(objects, params.to, summary);
  },
});

function writeTables(summary: FlightsSummary, write: (record: unknown) => void): void {
  write({ kind: 'totals', readCount: summary.readCount, droppedCount: summary.droppedCount });
  for (const row of summary.airports) write({ kind: 'airport', ...row });
  for (const row of summary.hours) write({ kind: 'hour', ...row });
  for (const row of summary.airportHours) write({ kind: 'airport-hour', ...row });
  for (const row of summary.worstRoutes) write({ kind: 'route', ...row });
}

/** The same input gives the same bytes, so a second attempt overwrites with what is there. */
async function putSummary(objects: ObjectStore, to: string, summary: FlightsSummary): Promise<void> {
  const encoder = new TextEncoder();
  await objects.put(`${to}summary.json`, encoder.encode(`${JSON.stringify(summary, null, 2)}\n`));
  await objects.put(`${to}airports.csv`, encoder.encode(airportsCsv(summary)));
}

const CSV_COLUMNS = [
  'airport',
  'name',
  'city',
  'state',
  'count',
  'meanMinutes',
  'p50Minutes',
  'p95Minutes',
  'p99Minutes',
] as const;

function airportsCsv({ airports }: FlightsSummary): string {
  const lines = airports.map((row) => CSV_COLUMNS.map((column) => csvField(row[column] ?? '')).join(','));
  return `${[CSV_COLUMNS.join(','), ...lines].join('\n')}\n`;
}

/** @see RFC 4180: a field with a comma, quote or line break stands in quotes */
function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
