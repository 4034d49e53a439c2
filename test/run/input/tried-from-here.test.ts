import { describe, expect, it } from 'vitest';
import { triedFromHere } from '../../../lib/run/input/tried-from-here.ts';

const header = { delimiter: ',', fieldCount: 2 };

function tried(text: string, guess: 'outside' | 'inside', atEnd = true) {
  return triedFromHere({ bytes: new TextEncoder().encode(text), atEnd, header }, guess);
}

describe('triedFromHere', () => {
  it.each([
    ['plain and quoted records', '1,a\n2,"b, ""c""\nd"\r\n'],
    ['blank lines', '\n1,a\n\r\n\n2,b\n'],
    ['a last record without a line end', '1,a\n2,"b"'],
    ['nothing', ''],
  ])('finds that %s fit outside of quotes, from the first byte on', (_, text) => {
    expect(tried(text, 'outside')).toEqual({ fits: true, firstRecord: 0 });
  });

  it.each([
    ['a quote inside a plain field', '1,a"\n'],
    ['a letter after a closing quote', '1,"a"b\n'],
    ['a field too many', '1,a,b\n2,c\n'],
    ['a field too few', '1,a\n2\n'],
    ['a last record with a field too few', '1,a\n2'],
    ['an end inside quotes', '1,a\n2,"b\n'],
  ])('finds that %s contradicts it', (_, text) => {
    expect(tried(text, 'outside')).toEqual({ fits: false });
  });

  it('draws no conclusion from where the text at hand ends, unless the object ends there', () => {
    expect(tried('1,a\n2,"b\n', 'outside', false)).toEqual({ fits: true, firstRecord: 0 });
    expect(tried('1,a\n2', 'outside', false)).toEqual({ fits: true, firstRecord: 0 });
  });

  it('finds the first record behind the field that the text starts in', () => {
    expect(tried('x, y\n""z""",extra,fields\n3,c\n', 'inside')).toEqual({ fits: true, firstRecord: 25 });
    expect(tried('x"\n1,2,3\n', 'inside')).toEqual({ fits: false });
    expect(tried('1,"a"\n', 'inside')).toEqual({ fits: false });
  });
});
