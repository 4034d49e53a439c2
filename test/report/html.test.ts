import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, trusted } from '../../lib/report/html.ts';

/** Reads back what {@link html} wrote for a text: the inverse of escaping. */
function unescaped(markup: string): string {
  return markup
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

describe('html', () => {
  it('lets no text open an element or leave its attribute, and loses nothing of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', ';', '/') }), (text) => {
        const { markup } = html`${text}`;
        expect(markup).not.toMatch(/[<>"']/);
        expect(unescaped(markup)).toBe(text);
      }),
    );
  });

  it('escapes every text of a list', () => {
    expect(html`<p>${['<a>', ['<b>']]}</p>`.markup).toBe('<p>&lt;a&gt;&lt;b&gt;</p>');
  });

  it('takes markup as it is and leaves out nothing and false', () => {
    expect(html`<p>${html`<b>${1}</b>`}${trusted('<i></i>')}${undefined}${false}</p>`.markup).toBe(
      '<p><b>1</b><i></i></p>',
    );
  });
});
