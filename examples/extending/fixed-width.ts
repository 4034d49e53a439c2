import { defineSource, ForeshardError } from 'foreshard';
import * as z from 'zod';

const RECORDS_PER_BLOCK = 1_024;

/** A data source: an object of integers of 2 or 4 bytes, little endian. Its units are records, so it is cut between any two. */
export const fixedWidth = defineSource<{ bytes: 2 | 4 }>({
  name: 'fixed-width',
  params: z.strictObject({ bytes: z.union([z.literal(2), z.literal(4)]).default(4) }),
  async layout({ location, params, objects }) {
    const info = await objects.info(location);
    // plain errors are tried again, those of this name are not
    if (!info) throw new ForeshardError('InvalidInput', `nothing lies at '${location}'; put the numbers there`);
    const units = Math.floor(info.sizeBytes / params.bytes);
    const bytes = units * params.bytes;
    return {
      unit: 'row',
      unitCount: units,
      segments: [{ units, bytes }],
      cutInside: true,
      objects: [{ location, units, sizeBytes: bytes }],
    };
  },
  async *read({ location, params, range, objects }) {
    for (let from = range.start; from < range.end; from += RECORDS_PER_BLOCK) {
      const to = Math.min(range.end, from + RECORDS_PER_BLOCK);
      const bytes = await objects.get(location, { start: from * params.bytes, end: to * params.bytes });
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const valueAt = (at: number) => (params.bytes === 4 ? view.getInt32(at * 4, true) : view.getInt16(at * 2, true));
      yield { from: location, records: Array.from({ length: to - from }, (_, at) => valueAt(at)), end: to };
    }
  },
});
