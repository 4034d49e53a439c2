import type { CsvHeader } from './csv-header.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;

/** Text of a CSV object from a line end on. */
export interface CsvText {
  readonly bytes: Uint8Array;
  /** True when the object ends with these bytes. */
  readonly atEnd: boolean;
  readonly header: Pick<CsvHeader, 'delimiter' | 'fieldCount'>;
}

/** What became of a guess: it is contradicted, or it fits and the first record starts at an offset. */
export type Trial = { readonly fits: false } | { readonly fits: true; readonly firstRecord: number };

type State = 'start' | 'plain' | 'quoted' | 'closed';

const CONTRADICTED: Trial = { fits: false };

/**
 * Reads CSV by its grammar under the guess that it starts outside or inside of quotes.
 *
 * @returns contradicted when a quote stands inside a plain field, something else than a field's end follows a closing
 *   quote, a record has another number of fields than the header, or the text ends inside quotes
 * @complexity O(bytes)
 */
export function triedFromHere({ bytes, atEnd, header }: CsvText, guess: 'outside' | 'inside'): Trial {
  const delimiter = header.delimiter.charCodeAt(0);
  // inside quotes the record at hand started before: how many fields it has is not known
  let firstRecord = guess === 'outside' ? 0 : undefined;
  let state: State | undefined = guess === 'outside' ? 'start' : 'quoted';
  let recordStart = 0;
  let fieldCount = 1;
  for (const [at, byte] of bytes.entries()) {
    if (byte === NEWLINE && state !== 'quoted') {
      if (firstRecord !== undefined && !complete(fieldCount, bytes.subarray(recordStart, at), header))
        return CONTRADICTED;
      firstRecord ??= at + 1;
      recordStart = at + 1;
      fieldCount = 1;
      state = 'start';
      continue;
    }
    if (byte === delimiter && state !== 'quoted') fieldCount += 1;
    state = stateAfter(state, byte, delimiter);
    if (state === undefined) return CONTRADICTED;
  }
  if (atEnd && state === 'quoted') return CONTRADICTED;
  const last = bytes.subarray(recordStart);
  if (atEnd && firstRecord !== undefined && !complete(fieldCount, last, header)) return CONTRADICTED;
  return { fits: true, firstRecord: firstRecord ?? bytes.length };
}

/** What a byte other than a record's end makes of a field; nothing when it cannot stand there. */
function stateAfter(state: State, byte: number, delimiter: number): State | undefined {
  switch (state) {
    case 'quoted':
      return byte === QUOTE ? 'closed' : 'quoted';
    case 'closed':
      if (byte === QUOTE) return 'quoted';
      if (byte === delimiter) return 'start';
      return byte === RETURN ? 'closed' : undefined;
    default:
      if (byte === delimiter) return 'start';
      if (byte !== QUOTE) return 'plain';
      return state === 'start' ? 'quoted' : undefined;
  }
}

/** A blank line is no record, and has no fields to count. */
function complete(fieldCount: number, record: Uint8Array, header: CsvText['header']): boolean {
  const blank = record.length === 0 || (record.length === 1 && record[0] === RETURN);
  return blank || fieldCount === header.fieldCount;
}
