import { expect } from 'vitest';
import type { DelayStatistics } from '../../lib/tasks/flights/delay-summary.ts';
import type { FlightsSummary, SummaryOptions } from '../../lib/tasks/flights/flights-summary.ts';
import type { DelayReference, FlightsReference, RouteReference } from '../flights-reference.ts';

/** The sketch is within one per cent; half a unit of the second decimal comes from rounding. */
const RELATIVE_ERROR = 0.01;
const ROUNDING_MINUTES = 0.005;

/** Counts, sums, means, ranks and names exactly, quantiles within the sketch's bound. */
export function expectFlights(summary: FlightsSummary, reference: FlightsReference, options: SummaryOptions): void {
  expect(summary.readCount).toBe(reference.readCount);
  expect(summary.droppedCount).toBe(reference.droppedCount);
  expectRows(summary.airports, reference.airports, ({ airport }) => airport);
  expectRows(summary.hours, reference.hours, ({ hour }) => hour);
  expectRows(summary.airportHours, reference.airportHours, ({ airport, hour }) => `${airport} ${hour}`);
  for (const { airport, name, city, state } of summary.airports) {
    expect([name, city, state]).toEqual(reference.places.get(airport));
  }
  const worst = worstRoutes(reference, options);
  expect(
    summary.worstRoutes.map(({ origin, destination, distanceMiles }) => ({ origin, destination, distanceMiles })),
  ).toEqual(worst.map(({ origin, destination, distanceMiles }) => ({ origin, destination, distanceMiles })));
  expect(summary.worstRoutes.filter((row, rank) => !agrees(row, worst[rank]))).toEqual([]);
}

function expectRows<Row extends DelayStatistics, Key>(
  rows: readonly Row[],
  reference: ReadonlyMap<Key, DelayReference>,
  keyOf: (row: Row) => Key,
): void {
  expect(new Set(rows.map(keyOf))).toEqual(new Set(reference.keys()));
  expect(rows).toHaveLength(reference.size);
  const off = rows.filter((row) => !agrees(row, reference.get(keyOf(row))));
  expect(off).toEqual([]);
}

function agrees(row: DelayStatistics, delays: DelayReference | undefined): boolean {
  if (!delays) return false;
  const within = (quantileMinutes: number, probability: number) => {
    const exact = delays.quantileMinutes(probability);
    return Math.abs(quantileMinutes - exact) <= RELATIVE_ERROR * Math.abs(exact) + ROUNDING_MINUTES + 1e-9;
  };
  return (
    row.count === delays.count &&
    row.sumMinutes === delays.sumMinutes &&
    row.meanMinutes === delays.sumMinutes / delays.count &&
    within(row.p50Minutes, 0.5) &&
    within(row.p95Minutes, 0.95) &&
    within(row.p99Minutes, 0.99)
  );
}

function worstRoutes({ routes }: FlightsReference, { minimumFlights, routeMax }: SummaryOptions): RouteReference[] {
  const large = [...routes].filter(([, { count }]) => count >= minimumFlights);
  large.sort(([a, first], [b, second]) => {
    return second.sumMinutes / second.count - first.sumMinutes / first.count || (a < b ? -1 : 1);
  });
  return large.slice(0, routeMax).map(([, route]) => route);
}
