import { html, type Markup } from './html.ts';

/** The heading of a column of pictures: what its left end, its middle and its right end mean. */
export function axisTitle(left: string, middle: string, right: string): Markup {
  return html`<span class="axis-title"><span>${left}</span><span>${middle}</span><span>${right}</span></span>`;
}
