import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/object-store.ts';
import { corruptData } from './corrupt-data.ts';
import { readExactly } from './read-exactly.ts';

/** `PAR1`, an empty footer, its length, `PAR1`. */
const LEAST_BYTES = 12;

/** The footer's length and `PAR1`. */
const FOOTER_TAIL_BYTES = 8;

/** A footer is mostly within this much of the end of the file, so that one request brings it. */
const FOOTER_BYTES = 65_536;

/** A Parquet object that is read by ranges, and what its footer says. */
export interface ParquetFile {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/**
 * Reads the footer of a Parquet object.
 *
 * @throws {ForeshardError} `CorruptData` when the object is cut off or is no Parquet
 */
export async function openParquet({ location, sizeBytes }: ObjectInfo, objects: ObjectStore): Promise<ParquetFile> {
  const file = {
    byteLength: sizeBytes,
    slice: async (start: number, end = sizeBytes) => {
      return bufferOf(await readExactly(objects, location, { start, end }));
    },
  };
  return orCorrupt(location, async () => {
    if (sizeBytes < LEAST_BYTES) throw new Error(`it has ${sizeBytes} bytes, the least for Parquet are ${LEAST_BYTES}`);
    const metadata = await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES, geoparquet: false });
    checkExtent(metadata, sizeBytes);
    return { file, metadata };
  });
}

/** What the footer speaks of must lie in front of it: of a file that lost its start only the footer is left whole. */
function checkExtent({ row_groups, metadata_length }: FileMetaData, sizeBytes: number): void {
  const dataEnd = sizeBytes - metadata_length - FOOTER_TAIL_BYTES;
  for (const { meta_data } of row_groups.flatMap(({ columns }) => columns)) {
    if (meta_data === undefined) continue;
    const { dictionary_page_offset, data_page_offset, total_compressed_size } = meta_data;
    const end = Number((dictionary_page_offset ?? data_page_offset) + total_compressed_size);
    if (end > dataEnd) throw new Error(`its footer speaks of data up to byte ${end}, they end at byte ${dataEnd}`);
  }
}

/** Runs a step of the decoder: what it throws means that the file is broken, what the store throws goes on as it is. */
export async function orCorrupt<T>(location: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof ForeshardError) throw cause;
    throw corruptData({ location, cause, advice: 'write the file anew or take it out of the input' });
  }
}

/** The decoder wants a buffer of its own: a view into a larger one is copied. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) return buffer;
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength)).buffer;
}
