import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/core/random.ts';
import { flightsAggregate } from '../../lib/tasks/flights/aggregate.ts';
import { flightsClean } from '../../lib/tasks/flights/clean.ts';
import type { FlightsSummary } from '../../lib/tasks/flights/flights-summary.ts';
import { flightsJoin } from '../../lib/tasks/flights/join.ts';
import { flightsReport } from '../../lib/tasks/flights/report.ts';
import { AIRPORTS_FILE, type FlightRow, flightRows, referenceOf } from '../flights-reference.ts';
import { type MemoryObjectStore, memoryObjectStore } from '../memory-object-store.ts';
import { blockOf, runTask, type Written } from '../run-task.ts';
import { expectFlights } from './expect-flights.ts';

const ROW_COUNT = 20_000;
const REPORT_PARAMS = { minimumFlights: 20, routeMax: 30, to: 'result/' };
const AIRPORTS = `file:${AIRPORTS_FILE}`;

let rows: readonly FlightRow[];
let airportsCsv: Uint8Array;

beforeAll(async () => {
  airportsCsv = await readFile(AIRPORTS_FILE);
  for await (const group of flightRows(undefined, ROW_COUNT)) rows = group;
});

describe('the chain of the flights tasks', () => {
  it('gives what a single pass gives, and the sketch keeps its bound', async () => {
    const { summary } = await chain(rows, { cleanCount: 3, aggregateCount: 2, random: seededRandom(1) });
    expectFlights(summary, await referenceOf(rows), REPORT_PARAMS);
    expect(summary.droppedCount).toBe(0);
    expect(summary.airports.find(({ airport }) => airport === 'ORD')).toMatchObject({
      name: "Chicago O'Hare International",
      city: 'Chicago',
      state: 'IL',
    });
  });

  it('gives the same bytes however it is cut, and in whatever order', async () => {
    const sample = rows.slice(0, 3_000);
    const whole = await chain(sample, { cleanCount: 1, aggregateCount: 1, random: () => 0 });
    const cuts = fc.record({
      cleanCount: fc.integer({ min: 1, max: 12 }),
      aggregateCount: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(cuts, fc.nat(), async (cut, seed) => {
        const { objects, records } = await chain(sample, { ...cut, random: seededRandom(seed) });
        expect(records).toEqual(whole.records);
        for (const name of ['result/summary.json', 'result/airports.csv']) {
          expect(text(await objects.get(name))).toBe(text(await whole.objects.get(name)));
        }
      }),
      { numRuns: 12 },
    );
  });

  it('drops rows that cannot have happened, and counts them', async () => {
    const good = rows[0] as FlightRow;
    const bad = [
      { ...good, delay: null },
      { ...good, delay: -1116 },
      { ...good, delay: 2881 },
      { ...good, delay: 1.5 },
      { ...good, distance: 0 },
      { ...good, origin: good.destination },
      { ...good, origin: 'Chicago' },
      { ...good, date: '2001-01-01' },
      {},
    ] as unknown as FlightRow[];
    const { summary } = await chain([...bad, good], { cleanCount: 2, aggregateCount: 2, random: seededRandom(7) });
    expect(summary).toMatchObject({ readCount: 10, droppedCount: 9 });
    expect(summary.airports.map(({ airport, count }) => ({ airport, count }))).toEqual([
      { airport: good.origin, count: 1 },
    ]);
  });

  it('leaves an airport that the file does not know without a place', async () => {
    const row = { ...(rows[0] as FlightRow), origin: 'ZZZ' };
    const { summary, objects } = await chain([row], { cleanCount: 1, aggregateCount: 1, random: () => 0 });
    expect(summary.airports[0]).not.toHaveProperty('name');
    expect(text(await objects.get('result/airports.csv'))).toContain('\nZZZ,,,,1,');
  });

  it('gives empty tables for no flights', async () => {
    const { summary } = await chain([], { cleanCount: 1, aggregateCount: 1, random: () => 0 });
    expect(summary).toEqual({
      readCount: 0,
      droppedCount: 0,
      airports: [],
      hours: [],
      airportHours: [],
      worstRoutes: [],
    });
  });
});

interface Cut {
  readonly cleanCount: number;
  readonly aggregateCount: number;
  /** Decides which shard a row goes to, and in which order records are read. */
  readonly random: Random;
}

interface Chain {
  readonly summary: FlightsSummary;
  readonly records: readonly unknown[];
  readonly objects: MemoryObjectStore;
}

/** The workflow by hand: clean, shuffle by key, aggregate, join, report. */
async function chain(flights: readonly FlightRow[], { cleanCount, aggregateCount, random }: Cut): Promise<Chain> {
  const objects = memoryObjectStore({ [AIRPORTS]: airportsCsv });
  const ranges = scatter(flights, cleanCount, () => Math.floor(random() * cleanCount));
  const cleaned: Written[] = [];
  for (const range of ranges) {
    const half = Math.ceil(range.length / 2);
    const blocks = [blockOf(range.slice(0, half)), blockOf(range.slice(half))];
    cleaned.push(...(await runTask(flightsClean, { blocks })));
  }
  const partitions = scatter(shuffled(cleaned, random), aggregateCount, ({ key }) => partitionOf(key, aggregateCount));
  const joined: Written[] = [];
  for (const partition of partitions) {
    const aggregated = await runTask(flightsAggregate, { blocks: blocksOf(partition) });
    const params = { airports: AIRPORTS };
    joined.push(...(await runTask(flightsJoin, { blocks: blocksOf(aggregated), params, objects })));
  }
  const blocks = blocksOf(shuffled(joined, random));
  const reported = await runTask(flightsReport, { blocks, params: REPORT_PARAMS, objects });
  const summary = JSON.parse(text(await objects.get('result/summary.json')));
  return { summary, records: reported.map(({ record }) => record), objects };
}

function blocksOf<In>(written: readonly Written[]) {
  return [blockOf(written.map(({ record }) => record as In))];
}

function scatter<Value>(values: readonly Value[], count: number, placeOf: (value: Value) => number): Value[][] {
  const places: Value[][] = Array.from({ length: count }, () => []);
  for (const value of values) places[placeOf(value)]?.push(value);
  return places;
}

/** Any function of the key alone will do. */
function partitionOf(key: string, count: number): number {
  return [...key].reduce((hash, letter) => hash * 31 + letter.charCodeAt(0), 7) % count;
}

/** @see Fisher and Yates, 1938 */
function shuffled<Value>(values: readonly Value[], random: Random): readonly Value[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as Value, order[last] as Value];
  }
  return order;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
