/** Text that is safe to stand in an HTML document: only {@link html} and {@link trusted} make it. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a hole of {@link html}: everything but markup is escaped; nothing and `false` leave the hole empty. */
export type Content = string | number | false | undefined | Markup | readonly Content[];

const ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/**
 * Writes HTML or SVG from a template. Every value is escaped, so a name or a message from outside can never become an
 * element or leave its attribute; attributes must be written in quotes.
 *
 * @example
 * html`<td title="${name}">${name}</td>`.markup;
 */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const parts = literals.map((literal, index) => literal + markupOf(values[index]));
  return { markup: parts.join('') };
}

/** Lets text stand in {@link html} as it is: only for text of this program, never for data. */
export function trusted(markup: string): Markup {
  return { markup };
}

function markupOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return content.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '');
  if ('markup' in content) return content.markup;
  return content.map(markupOf).join('');
}
