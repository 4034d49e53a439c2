import type { ObjectLocation, ObjectStore } from '../../ports/object-store.ts';
import { alignToLine } from './align-to-line.ts';
import { corruptData } from './corrupt-data.ts';
import { decodeText } from './decode-text.ts';
import type { ObjectPart } from './object-parts.ts';
import type { ReadBlock } from './read-range.ts';
import { lineBreaks } from './record-breaks.ts';
import { type RecordChunk, recordChunks } from './record-chunks.ts';
import { singleRecords } from './single-records.ts';

/**
 * Reads the lines of JSON that start in a part of an object; blank lines are no records.
 *
 * @throws {ForeshardError} `CorruptData`, naming the object and the line's first byte, when a line is no JSON
 */
export async function* readNdjson(part: ObjectPart, objects: ObjectStore): AsyncGenerator<ReadBlock> {
  const { location, base } = part;
  const start = await alignToLine({ ...part, objects });
  for await (const chunk of recordChunks({ ...part, objects, start, breaks: lineBreaks })) {
    const records = parseLines(location, chunk);
    if (records.length > 0) yield { from: location, records, end: base + chunk.offset + chunk.bytes.length };
  }
}

function parseLines(location: ObjectLocation, chunk: RecordChunk): readonly unknown[] {
  const records: unknown[] = [];
  try {
    for (const line of decodeText(location, chunk).split('\n')) {
      if (line.trim() !== '') records.push(JSON.parse(line));
    }
  } catch (cause) {
    throw brokenLine(location, chunk) ?? cause;
  }
  return records;
}

/** Only a chunk that failed is read line by line: the offset costs nothing as long as all is well. */
function brokenLine(location: ObjectLocation, chunk: RecordChunk) {
  for (const line of singleRecords(chunk, lineBreaks)) {
    const text = decodeText(location, line);
    try {
      if (text.trim() !== '') JSON.parse(text);
    } catch (cause) {
      const advice = 'every line must be one JSON value';
      return corruptData({ location, offset: line.offset, cause, advice });
    }
  }
  return undefined;
}
