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

  it('leaves no quote in a quoted field but the doubled ones, once', () => {
    expect(csvFields('"a;";"say ""yes"""\r\n"";x', header)).toEqual([
      ['a;', 'say "yes"'],
      ['', 'x'],
    ]);
  });
});
