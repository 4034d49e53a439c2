import { byCodeUnit } from '../../core/by-code-unit.ts';
import type { Flight } from './flight.ts';

/** Flights of one route, column by column: `counts[i]` flights of hour `hours[i]`, their delays in that order. */
export interface RouteBatch {
  readonly destination: string;
  readonly distanceMiles: number;
  readonly hours: readonly number[];
  readonly counts: readonly number[];
  readonly delayMinutes: readonly number[];
}

/** What the shuffle moves: many flights of one origin, in about 4 bytes of JSON each instead of 80. */
export interface AirportBatch {
  readonly kind: 'batch';
  readonly origin: string;
  readonly routes: readonly RouteBatch[];
}

interface RouteRows {
  distanceMiles: number;
  /** By hour of the day, delays in minutes. */
  readonly delays: (number[] | undefined)[];
}

export interface AirportBatches {
  add(flight: Flight): void;
  /** Flights added since the last drain. */
  count(): number;
  /** All that was added, airports and routes in code unit order, and starts anew. */
  drain(): readonly AirportBatch[];
}

/**
 * Groups flights by origin, route and hour.
 *
 * @complexity O(1) an added flight; a drain sorts airports and routes, not flights
 */
export function airportBatches(): AirportBatches {
  let airports = new Map<string, Map<string, RouteRows>>();
  let count = 0;
  return {
    add(flight) {
      count += 1;
      const route = routeOf(airports, flight);
      route.distanceMiles = Math.max(route.distanceMiles, flight.distanceMiles);
      const delays = route.delays[flight.hour];
      if (delays) delays.push(flight.delayMinutes);
      else route.delays[flight.hour] = [flight.delayMinutes];
    },
    count: () => count,
    drain() {
      const batches = [...airports]
        .sort(([a], [b]) => byCodeUnit(a, b))
        .map(([origin, routes]) => ({ kind: 'batch' as const, origin, routes: routeBatches(routes) }));
      airports = new Map();
      count = 0;
      return batches;
    },
  };
}

function routeOf(airports: Map<string, Map<string, RouteRows>>, { origin, destination }: Flight): RouteRows {
  let routes = airports.get(origin);
  if (!routes) {
    routes = new Map();
    airports.set(origin, routes);
  }
  let route = routes.get(destination);
  if (!route) {
    route = { distanceMiles: 0, delays: new Array(24) };
    routes.set(destination, route);
  }
  return route;
}

function routeBatches(routes: ReadonlyMap<string, RouteRows>): readonly RouteBatch[] {
  return [...routes]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([destination, { distanceMiles, delays }]) => {
      const hours = [...delays.keys()].filter((hour) => delays[hour] !== undefined);
      return {
        destination,
        distanceMiles,
        hours,
        counts: hours.map((hour) => delays[hour]?.length ?? 0),
        delayMinutes: hours.flatMap((hour) => delays[hour] ?? []),
      };
    });
}
