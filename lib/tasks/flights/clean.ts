import { defineTask } from '../../run/define-task.ts';
import { airportBatches } from './airport-batch.ts';
import { flightOf } from './flight.ts';

/** How many rows a shard read, and how many of them can not have happened. */
export interface CleanTally {
  readonly kind: 'tally';
  readonly readCount: number;
  readonly droppedCount: number;
}

/** The key under which tallies meet; no airport has it. */
const TALLY_KEY = 'tally';

/** Bounds the memory of a shard of any size: batches of so many flights take about 10 MiB. */
const FLIGHTS_MAX = 500_000;

/** Rows of the flights file in, one {@link AirportBatch} per airport out, keyed by the airport for the shuffle. */
export const flightsClean = defineTask<unknown, Readonly<Record<string, unknown>>>({
  name: 'flights-clean',
  async run({ input, write }) {
    const batches = airportBatches();
    const flush = () => {
      for (const batch of batches.drain()) write(batch, batch.origin);
    };
    let readCount = 0;
    let droppedCount = 0;
    for await (const { records } of input) {
      for (const row of records) {
        const flight = flightOf(row);
        if (flight) batches.add(flight);
        else droppedCount += 1;
      }
      readCount += records.length;
      if (batches.count() >= FLIGHTS_MAX) flush();
    }
    flush();
    const tally: CleanTally = { kind: 'tally', readCount, droppedCount };
    write(tally, TALLY_KEY);
  },
});
