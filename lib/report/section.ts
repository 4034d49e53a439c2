import { type Content, html, type Markup } from './html.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  /** One or two sentences that say what is to be seen. */
  readonly lead?: Content;
  readonly body: Content;
}

/** A part of the report under its own heading, which the navigation leads to. */
export function section({ id, title, lead, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${lead !== undefined && html`<p class="lead">${lead}</p>`}
${body}
</section>
`;
}

/** The numbers behind a picture, folded away until they are asked for. */
export function tableBehind(table: Markup): Markup {
  return html`<details><summary>The numbers behind this picture</summary>${table}</details>`;
}
