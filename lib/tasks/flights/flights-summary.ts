import { byCodeUnit } from '../../core/compare.ts';
import type { RouteAggregate } from './aggregate.ts';
import { type DelaySummary, type DelaySummaryState, delaySummary } from './delay-summary.ts';
import type { AirportPlace, JoinedAggregate, JoinedAirport } from './join.ts';
import { quantileSketch } from './quantile-sketch.ts';

/** Delays of a group of flights in minutes: the mean to two decimals, quantiles within one per cent. */
export interface DelayStatistics {
  readonly count: number;
  readonly sumMinutes: number;
  readonly meanMinutes: number;
  readonly p50Minutes: number;
  readonly p95Minutes: number;
  readonly p99Minutes: number;
}

export interface AirportRow extends DelayStatistics, Partial<AirportPlace> {
  readonly airport: string;
}

export interface HourRow extends DelayStatistics {
  readonly hour: number;
}

export interface AirportHourRow extends HourRow {
  readonly airport: string;
}

export interface RouteRow {
  readonly origin: string;
  readonly destination: string;
  readonly distanceMiles: number;
  readonly count: number;
  readonly sumMinutes: number;
  readonly meanMinutes: number;
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
export function flightsSummary({ minimumFlights, routeMax }: SummaryOptions): FlightsSummaryBuilder {
  const airports: JoinedAirport[] = [];
  const airportHours: AirportHourRow[] = [];
  const hours = new Map<number, DelaySummary>();
  const routes: RouteAggregate[] = [];
  let readCount = 0;
  let droppedCount = 0;
  return {
    add(record) {
      if (record.kind === 'airport') airports.push(record);
      else if (record.kind === 'airport-hour') airportHours.push(airportHourRow(record));
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
      airports: airports.map(airportRow).sort((a, b) => byCodeUnit(a.airport, b.airport)),
      hours: [...hours]
        .sort(([a], [b]) => a - b)
        .map(([hour, summary]) => ({ hour, ...delayStatistics(summary.state()) })),
      airportHours: airportHours.toSorted((a, b) => byCodeUnit(a.airport, b.airport) || a.hour - b.hour),
      worstRoutes: routes
        .filter(({ count }) => count >= minimumFlights)
        .sort(worstFirst)
        .slice(0, routeMax)
        .map(routeRow),
    }),
  };
}

function mergeHour(hours: Map<number, DelaySummary>, hour: number, summary: DelaySummaryState): void {
  const whole = hours.get(hour) ?? delaySummary();
  hours.set(hour, whole);
  whole.merge(summary);
}

function airportRow({ airport, place, summary }: JoinedAirport): AirportRow {
  return { airport, ...place, ...delayStatistics(summary) };
}

function airportHourRow(record: Extract<JoinedAggregate, { kind: 'airport-hour' }>): AirportHourRow {
  return { airport: record.airport, hour: record.hour, ...delayStatistics(record.summary) };
}

/** Means compared as fractions, without rounding: both products are whole and below 2^53. */
function worstFirst(a: RouteAggregate, b: RouteAggregate): number {
  return (
    b.sumMinutes * a.count - a.sumMinutes * b.count ||
    byCodeUnit(a.origin, b.origin) ||
    byCodeUnit(a.destination, b.destination)
  );
}

function routeRow({ origin, destination, distanceMiles, count, sumMinutes }: RouteAggregate): RouteRow {
  return { origin, destination, distanceMiles, count, sumMinutes, meanMinutes: twoDecimals(sumMinutes / count) };
}

function delayStatistics({ count, sumMinutes, sketch }: DelaySummaryState): DelayStatistics {
  const delays = quantileSketch(sketch.relativeError);
  delays.merge(sketch);
  const quantileMinutes = (probability: number) => twoDecimals(delays.quantile(probability) ?? 0);
  return {
    count,
    sumMinutes,
    meanMinutes: twoDecimals(sumMinutes / count),
    p50Minutes: quantileMinutes(0.5),
    p95Minutes: quantileMinutes(0.95),
    p99Minutes: quantileMinutes(0.99),
  };
}

/** Adding 0 turns -0 into 0: JSON has only one of them. */
function twoDecimals(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
