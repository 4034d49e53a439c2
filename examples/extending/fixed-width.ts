import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { ReadBlock } from '../../lib/run/input/read-range.ts';
import type { DataRange, InputLayout } from '../../lib/shards/input-layout.ts';

/** Bytes of one record: an integer of 32 bits, little endian. */
const WIDTH_BYTES = 4;
const RECORDS_PER_BLOCK = 1_024;

/** A data source: an object of fixed-width integers. Its units are records, so it can be cut between any two. */
export function fixedWidth(objects: ObjectStore, location: string) {
  return {
    async layout(): Promise<InputLayout> {
      const info = await objects.info(location);
      const units = Math.floor((info?.sizeBytes ?? 0) / WIDTH_BYTES);
      const bytes = units * WIDTH_BYTES;
      return {
        unit: 'row',
        unitCount: units,
        segments: [{ units, bytes }],
        cutInside: true,
        objects: [{ location, units, sizeBytes: bytes }],
      };
    },
    async *read({ start, end }: DataRange): AsyncGenerator<ReadBlock> {
      for (let from = start; from < end; from += RECORDS_PER_BLOCK) {
        const to = Math.min(end, from + RECORDS_PER_BLOCK);
        const bytes = await objects.get(location, { start: from * WIDTH_BYTES, end: to * WIDTH_BYTES });
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const records = Array.from({ length: to - from }, (_, at) => view.getInt32(at * WIDTH_BYTES, true));
        yield { from: location, records, end: to };
      }
    },
  };
}
