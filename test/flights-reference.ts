import { readFile } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';

/** A row as the workflow's reader gives it. */
export interface FlightRow {
  readonly [column: string]: unknown;
  readonly date: number;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

export interface DelayReference {
  readonly count: number;
  readonly sumMinutes: number;
  /** Exactly, of the sorted delays: the one of rank `floor(probability * (count - 1))`. */
  quantileMinutes(probability: number): number;
}

export interface RouteReference extends DelayReference {
  readonly origin: string;
  readonly destination: string;
  readonly distanceMiles: number;
}

export interface FlightsReference {
  readonly readCount: number;
  readonly droppedCount: number;
  readonly airports: ReadonlyMap<string, DelayReference>;
  readonly hours: ReadonlyMap<number, DelayReference>;
  /** Under `ORD 17`. */
  readonly airportHours: ReadonlyMap<string, DelayReference>;
  /** Under `ORD-LAX`. */
  readonly routes: ReadonlyMap<string, RouteReference>;
  /** Name, city and state under the code. */
  readonly places: ReadonlyMap<string, readonly string[]>;
}

export const FLIGHTS_FILE = 'node_modules/vega-datasets/data/flights-3m.parquet';
export const AIRPORTS_FILE = 'node_modules/vega-datasets/data/airports.csv';

/**
 * The flights workflow's answer, computed without any of its code: one pass, every delay kept, sorted, counted.
 *
 * @param path the Parquet file; 3 million rows take about 10 s and 700 MiB
 */
export async function flightsReference(path = FLIGHTS_FILE): Promise<FlightsReference> {
  const reference = referenceBuilder();
  for await (const rows of flightRows(path)) for (const row of rows) reference.add(row);
  return reference.result(await placesByCode(AIRPORTS_FILE));
}

/** The same over rows in memory. */
export async function referenceOf(rows: Iterable<FlightRow>): Promise<FlightsReference> {
  const reference = referenceBuilder();
  for (const row of rows) reference.add(row);
  return reference.result(await placesByCode(AIRPORTS_FILE));
}

/** Rows of the flights file, row group by row group. */
export async function* flightRows(path = FLIGHTS_FILE, rowMax = Number.POSITIVE_INFINITY): AsyncGenerator<FlightRow[]> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const compressors = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) };
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = Math.min(rowStart + Number(group.num_rows), rowMax);
    if (rowEnd <= rowStart) return;
    const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors });
    yield rows.map((row) => ({
      date: Number(row.date),
      delay: Number(row.delay),
      distance: Number(row.distance),
      origin: String(row.origin),
      destination: String(row.destination),
    }));
    rowStart = rowEnd;
  }
}

function referenceBuilder() {
  const airports = new Map<string, number[]>();
  const hours = new Map<number, number[]>();
  const airportHours = new Map<string, number[]>();
  const routes = new Map<string, { origin: string; destination: string; distanceMiles: number; delays: number[] }>();
  let readCount = 0;
  let droppedCount = 0;
  return {
    add({ date, delay, distance, origin, destination }: FlightRow) {
      readCount += 1;
      const codes = [origin, destination].every((code) => /^[A-Z\d]{3}$/.test(code)) && origin !== destination;
      const numbers = Number.isInteger(delay) && Number.isInteger(distance) && Number.isFinite(date);
      if (!codes || !numbers || delay < -120 || delay > 2880 || distance < 1) {
        droppedCount += 1;
        return;
      }
      const hour = new Date(date).getUTCHours();
      push(airports, origin, delay);
      push(hours, hour, delay);
      push(airportHours, `${origin} ${hour}`, delay);
      const route = routes.get(`${origin}-${destination}`);
      if (route) route.delays.push(delay);
      else routes.set(`${origin}-${destination}`, { origin, destination, distanceMiles: distance, delays: [delay] });
    },
    result: (places: ReadonlyMap<string, readonly string[]>): FlightsReference => ({
      readCount,
      droppedCount,
      airports: delaysOf(airports),
      hours: delaysOf(hours),
      airportHours: delaysOf(airportHours),
      routes: new Map([...routes].map(([key, { delays, ...route }]) => [key, { ...route, ...delayReference(delays) }])),
      places,
    }),
  };
}

function push<Key>(groups: Map<Key, number[]>, key: Key, delay: number): void {
  const group = groups.get(key);
  if (group) group.push(delay);
  else groups.set(key, [delay]);
}

function delaysOf<Key>(groups: ReadonlyMap<Key, readonly number[]>): ReadonlyMap<Key, DelayReference> {
  return new Map([...groups].map(([key, delays]) => [key, delayReference(delays)]));
}

function delayReference(delays: readonly number[]): DelayReference {
  const sorted = Int32Array.from(delays).sort();
  return {
    count: sorted.length,
    sumMinutes: sorted.reduce((sum, delay) => sum + delay, 0),
    quantileMinutes: (probability) => sorted[Math.floor(probability * (sorted.length - 1))] ?? Number.NaN,
  };
}

/** Every field of airports.csv is plain or stands in quotes; none spans a line. */
async function placesByCode(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split(/\r?\n/).slice(1);
  return new Map(
    lines.map((line) => {
      const fields = Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) => {
        return quoted?.replaceAll('""', '"') ?? plain ?? '';
      });
      return [fields[0] ?? '', fields.slice(1, 4)];
    }),
  );
}
