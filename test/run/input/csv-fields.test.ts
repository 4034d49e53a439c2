import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvFields } from '../../../lib/run/input/csv-fields.ts';

const header = { names: ['a', 'b'], columns: [0, 1], fieldCount: 2, delimiter: ';', sizeBytes: 4 };

describe('csvFields', () => {
  it('splits text without quotes into what the parser makes of it', () => {
    const field = fc.stringMatching(/^[a-z ,\r]{0,4}$/);
    const record = fc.tuple(field, field).map((fields) => fields.join(';'));
    const text = fc.array(fc.tuple(fc.oneof(record, fc.constant('')), fc.constantFrom('\n', '\r\n')));
    fc.assert(
      fc.property(text, (lines) => {
        const whole = lines.flat().join('');
        const parsed = parse(whole, { delimiter: ';', record_delimiter: ['\n', '\r\n'], skip_empty_lines: true });
        expect(csvFields(whole, header)).toEqual(parsed);
      }),
    );
  });

  it('takes lines apart as the parser does, wherever there are quotes, and refuses what it refuses', () => {
    const plain = fc.array(fc.constantFrom('a;b\n', 'c;d\r\n', '\n'), { minLength: 16, maxLength: 40 });
    const odd = fc.array(fc.constantFrom('"', 'a', ';', '\n', '\r\n', '""'), { maxLength: 8 });
    fc.assert(
      fc.property(plain, odd, fc.nat(40), fc.constantFrom('\n', '\r\n', ''), (lines, some, at, end) => {
        const whole = (lines as string[]).toSpliced(at, 0, ...some, end).join('');
        expect(outcomeOf(() => csvFields(whole, header))).toEqual(outcomeOf(() => parsedWhole(whole)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves no quote in a quoted field but the doubled ones, once', () => {
    expect(csvFields('"a;";"say ""yes"""\r\n"";x', header)).toEqual([
      ['a;', 'say "yes"'],
      ['', 'x'],
    ]);
  });
});

function parsedWhole(text: string): readonly (readonly string[])[] {
  const options = {
    delimiter: ';',
    record_delimiter: ['\n', '\r\n'],
    relax_column_count: true,
    skip_empty_lines: true,
  };
  const records: string[][] = parse(text, options);
  if (records.some(({ length }) => length !== header.fieldCount)) throw new Error('fields');
  return records;
}

/** What it gives, or that it throws: messages differ, because the parser counts lines. */
function outcomeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return 'refused';
  }
}
