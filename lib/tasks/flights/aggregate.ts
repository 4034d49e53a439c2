import { byCodeUnit } from '../../core/by-code-unit.ts';
import { defineTask } from '../../run/define-task.ts';
import type { AirportBatch, RouteBatch } from './airport-batch.ts';
import type { CleanTally } from './clean.ts';
import { type DelayStatistics, type DelaySummary, type DelaySummaryState, delaySummary } from './delay-summary.ts';

/** Final: all flights of an airport meet in one shard. */
export interface AirportAggregate extends DelayStatistics {
  readonly kind: 'airport';
  readonly airport: string;
}

export interface AirportHourAggregate extends DelayStatistics {
  readonly kind: 'airport-hour';
  readonly airport: string;
  readonly hour: number;
}

/** Over the airports of one shard: those of all shards are still to be merged. */
export interface HourAggregate {
  readonly kind: 'hour';
  readonly hour: number;
  readonly summary: DelaySummaryState;
}

/** Final as well: a route belongs to its origin. */
export interface RouteAggregate extends DelayStatistics {
  readonly kind: 'route';
  readonly origin: string;
  readonly destination: string;
  readonly distanceMiles: number;
}

export type FlightsAggregate = AirportAggregate | AirportHourAggregate | HourAggregate | RouteAggregate | CleanTally;

interface RouteTotals {
  distanceMiles: number;
  readonly summary: DelaySummary;
}

interface AirportTotals {
  readonly hours: Map<number, DelaySummary>;
  readonly routes: Map<string, RouteTotals>;
}

/** Batches of the shard's airports in; statistics per airport, per airport and hour, per hour and per route out. */
export const flightsAggregate = defineTask<unknown, AirportBatch | CleanTally>({
  name: 'flights-aggregate',
  async run({ input, write }) {
    const airports = new Map<string, AirportTotals>();
    for await (const { records } of input) {
      for (const record of records) {
        if (record.kind === 'tally') write(record);
        else addBatch(airports, record);
      }
    }
    for (const aggregate of aggregates(airports)) write(aggregate);
  },
});

function addBatch(airports: Map<string, AirportTotals>, { origin, routes }: AirportBatch): void {
  let airport = airports.get(origin);
  if (!airport) {
    airport = { hours: new Map(), routes: new Map() };
    airports.set(origin, airport);
  }
  for (const route of routes) addRoute(airport, route);
}

function addRoute(
  airport: AirportTotals,
  { destination, distanceMiles, hours, counts, delayMinutes }: RouteBatch,
): void {
  const totals = airport.routes.get(destination) ?? { distanceMiles: 0, summary: delaySummary() };
  airport.routes.set(destination, totals);
  totals.distanceMiles = Math.max(totals.distanceMiles, distanceMiles);
  let next = 0;
  for (const [at, hour] of hours.entries()) {
    const summary = summaryOf(airport.hours, hour);
    const end = next + (counts[at] ?? 0);
    for (; next < end; next += 1) {
      const delay = delayMinutes[next] ?? 0;
      summary.add(delay);
      totals.summary.add(delay);
    }
  }
}

function summaryOf(hours: Map<number, DelaySummary>, hour: number): DelaySummary {
  let summary = hours.get(hour);
  if (!summary) {
    summary = delaySummary();
    hours.set(hour, summary);
  }
  return summary;
}

function* aggregates(airports: ReadonlyMap<string, AirportTotals>): Iterable<FlightsAggregate> {
  const allHours = new Map<number, DelaySummary>();
  for (const [airport, { hours, routes }] of [...airports].sort(([a], [b]) => byCodeUnit(a, b))) {
    const whole = delaySummary();
    for (const [hour, summary] of [...hours].sort(([a], [b]) => a - b)) {
      const state = summary.state();
      whole.merge(state);
      summaryOf(allHours, hour).merge(state);
      yield { kind: 'airport-hour', airport, hour, ...summary.statistics() };
    }
    yield { kind: 'airport', airport, ...whole.statistics() };
    for (const [destination, { distanceMiles, summary }] of [...routes].sort(([a], [b]) => byCodeUnit(a, b))) {
      yield { kind: 'route', origin: airport, destination, distanceMiles, ...summary.statistics() };
    }
  }
  for (const [hour, summary] of [...allHours].sort(([a], [b]) => a - b)) {
    yield { kind: 'hour', hour, summary: summary.state() };
  }
}
