import { dataTable } from './data-table.ts';
import { html, type Markup } from './html.ts';
import type { RunReport } from './run-report.ts';
import { section } from './section.ts';
import { costText } from './text/cost-text.ts';
import { shareText } from './text/share-text.ts';

/** What the run would cost on AWS, part by part: one bar, and the numbers under it. */
export function costChart({ cost, promise }: RunReport): Markup {
  const parts = [
    { name: 'Lambda', costUsd: cost.lambdaUsd },
    { name: 'Step Functions', costUsd: cost.stepFunctionsUsd },
    { name: 'DynamoDB', costUsd: cost.dynamoDbUsd },
    { name: 'S3', costUsd: cost.s3Usd },
  ].map((part, index) => ({ ...part, share: cost.totalUsd > 0 ? part.costUsd / cost.totalUsd : 0, colour: index }));
  const text = parts.map(({ name, costUsd }) => `${name} ${costText(costUsd)}`).join(', ');
  return section({
    id: 'cost',
    title: 'Cost on AWS',
    lead: `${costText(cost.totalUsd)} in all, ${costText(promise.costUsd)} planned.`,
    body: html`<div class="cost-bar" role="img" aria-label="${text}">${parts.map(
      ({ share, colour }) => html`<div class="operation-${colour}" style="flex-grow:${share.toFixed(4)}"></div>`,
    )}</div>
${dataTable({
  caption: 'Cost by service',
  columns: [{ title: 'Service' }, { title: 'Cost', numeric: true }, { title: 'Share', numeric: true }],
  rows: parts.map(({ name, costUsd, share, colour }) => [
    html`<span class="swatch operation-${colour}"></span>${name}`,
    costText(costUsd),
    shareText(share),
  ]),
})}`,
  });
}
