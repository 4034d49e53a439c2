import * as z from 'zod';
import { defineTask } from '../../run/define-task.ts';
import type { AirportAggregate, FlightsAggregate } from './aggregate.ts';

/** What airports.csv knows of an airport. */
const Place = z.object({ iata: z.string(), name: z.string(), city: z.string(), state: z.string() });

export interface AirportPlace {
  readonly name: string;
  readonly city: string;
  readonly state: string;
}

/** An airport with its place; without one when the file does not know it. */
export type JoinedAirport = AirportAggregate & Partial<AirportPlace>;

export type JoinedAggregate = JoinedAirport | Exclude<FlightsAggregate, AirportAggregate>;

const JoinParams = z.strictObject({
  /** Where airports.csv lies: columns iata, name, city and state. */
  airports: z.string().min(1),
});

/** Adds name, city and state to every airport; everything else passes through. */
export const flightsJoin = defineTask<z.infer<typeof JoinParams>, FlightsAggregate>({
  name: 'flights-join',
  params: JoinParams,
  async run({ params, input, objects, write }) {
    const places = await placesOf(await objects.get(params.airports));
    for await (const { records } of input) {
      for (const record of records) write(record.kind === 'airport' ? joined(record, places) : record);
    }
  },
});

/** The parser is loaded with the file: the other tasks of the bundle start sooner without it. */
async function placesOf(csv: Uint8Array): Promise<ReadonlyMap<string, AirportPlace>> {
  const { csvFields } = await import('../../run/input/csv-fields.ts');
  const text = new TextDecoder().decode(csv);
  const names = (text.split(/\r?\n/, 1)[0] ?? '').split(',');
  const [, ...records] = csvFields(text, { delimiter: ',', fieldCount: names.length });
  const places = records.map((fields) => Place.parse(Object.fromEntries(names.map((name, at) => [name, fields[at]]))));
  return new Map(places.map(({ iata, ...place }) => [iata, place]));
}

function joined(row: AirportAggregate, places: ReadonlyMap<string, AirportPlace>): JoinedAirport {
  return { ...row, ...places.get(row.airport) };
}
