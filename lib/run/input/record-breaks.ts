const NEWLINE = 0x0a;
const QUOTE = 0x22;

/** Where records end in bytes that begin with the start of a record. */
export interface RecordBreaks {
  /** The offset after the last whole record, 0 when none is whole. */
  last(bytes: Uint8Array): number;
  /** The offset of the first record that starts at `offset` (above 0) or later, nothing when it is not in the bytes. */
  atOrAfter(bytes: Uint8Array, offset: number): number | undefined;
}

/** Every newline ends a record. */
export const lineBreaks: RecordBreaks = {
  last: (bytes) => bytes.lastIndexOf(NEWLINE) + 1,
  atOrAfter(bytes, offset) {
    const newline = bytes.indexOf(NEWLINE, offset - 1);
    return newline < 0 ? undefined : newline + 1;
  },
};

/** A newline ends a record unless it stands between quotes (RFC 4180); a doubled quote opens and closes at once. */
export const quotedBreaks: RecordBreaks = {
  last(bytes) {
    if (!bytes.includes(QUOTE)) return lineBreaks.last(bytes);
    let last = 0;
    for (const offset of breaksOf(bytes)) last = offset;
    return last;
  },
  atOrAfter(bytes, least) {
    if (!bytes.includes(QUOTE)) return lineBreaks.atOrAfter(bytes, least);
    for (const offset of breaksOf(bytes)) if (offset >= least) return offset;
    return undefined;
  },
};

function* breaksOf(bytes: Uint8Array): Generator<number> {
  let quoted = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === NEWLINE && !quoted) yield at + 1;
  }
}
