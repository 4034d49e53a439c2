import { byCodeUnit } from '../../core/by-code-unit.ts';
import type { RouteAggregate } from './aggregate.ts';
import { type DelayStatistics, type DelaySummary, type DelaySummaryState, delaySummary } from './delay-summary.ts';
import type { AirportPlace, JoinedAggregate } from './join.ts';

export interface AirportRow extends DelayStatistics, Partial<AirportPlace> {
  readonly airport: string;
}

export interface HourRow extends DelayStatistics {
  readonly hour: number;
}

export interface AirportHourRow extends HourRow {
  readonly airport: string;
}

export interface RouteRow extends DelayStatistics {
  readonly origin: string;
  readonly destination: string;
  readonly distanceMiles: number;
}

/** The answer of the flights workflow. The same flights give the same bytes, however they were cut. */
export interface FlightsSummary {
  readonly readCount: number;
  readonly droppedCount: number;
  /** By code. */
  readonly airports: readonly AirportRow[];
  /** By hour of the day. */
  readonly hours: readonly HourRow[];
  /** By code, then hour. */
  readonly airportHours: readonly AirportHourRow[];
  /** Largest mean delay first; ties by origin, then destination. */
  readonly worstRoutes: readonly RouteRow[];
}

export interface SummaryOptions {
  /** A route with fewer flights is left out: its mean says little. */
  readonly minimumFlights: number;
  readonly routeMax: number;
}

export interface FlightsSummaryBuilder {
  add(record: JoinedAggregate): void;
  summary(): FlightsSummary;
}

/** Puts the aggregates of all shards together, in whatever order they come. */
export function flightsSummary(options: SummaryOptions): FlightsSummaryBuilder {
  const airports: AirportRow[] = [];
  const airportHours: AirportHourRow[] = [];
  const hours = new Map<number, DelaySummary>();
  const routes: RouteAggregate[] = [];
  let readCount = 0;
  let droppedCount = 0;
  return {
    add(record) {
      if (record.kind === 'airport') airports.push(withoutKind(record));
      else if (record.kind === 'airport-hour') airportHours.push(withoutKind(record));
      else if (record.kind === 'hour') mergeHour(hours, record.hour, record.summary);
      else if (record.kind === 'route') routes.push(record);
      else {
        readCount += record.readCount;
        droppedCount += record.droppedCount;
      }
    },
    summary: () => ({
      readCount,
      droppedCount,
      airports: airports.toSorted((a, b) => byCodeUnit(a.airport, b.airport)),
      hours: [...hours].sort(([a], [b]) => a - b).map(([hour, summary]) => ({ hour, ...summary.statistics() })),
      airportHours: airportHours.toSorted((a, b) => byCodeUnit(a.airport, b.airport) || a.hour - b.hour),
      worstRoutes: worstRoutes(routes, options),
    }),
  };
}

function withoutKind<Row extends { readonly kind: string }>({ kind, ...row }: Row): Omit<Row, 'kind'> {
  return row;
}

function mergeHour(hours: Map<number, DelaySummary>, hour: number, summary: DelaySummaryState): void {
  const whole = hours.get(hour) ?? delaySummary();
  hours.set(hour, whole);
  whole.merge(summary);
}

function worstRoutes(
  routes: readonly RouteAggregate[],
  { minimumFlights, routeMax }: SummaryOptions,
): readonly RouteRow[] {
  const large = routes.filter(({ count }) => count >= minimumFlights);
  return large
    .sort(worstFirst)
    .slice(0, routeMax)

    .map(withoutKind);
}

/** Means compared as fractions, without rounding: both products are whole and below 2^53. */
function worstFirst(a: RouteAggregate, b: RouteAggregate): number {
  return (
    b.sumMinutes * a.count - a.sumMinutes * b.count ||
    byCodeUnit(a.origin, b.origin) ||
    byCodeUnit(a.destination, b.destination)
  );
}
