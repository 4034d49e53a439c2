import { costText } from '../report/text/cost-text.ts';
import { durationText } from '../report/text/duration-text.ts';
import { shardsText } from '../report/text/shards-text.ts';
import { shareText } from '../report/text/share-text.ts';
import type { PlanAlternative } from './plan-alternatives.ts';
import { reasonLine } from './reason-line.ts';

type AlternativePlan = NonNullable<PlanAlternative['plan']>;

/** What other deadlines would change; those that lead to one plan share a line. */
export function whatIfLines(alternatives: readonly PlanAlternative[], own: AlternativePlan): readonly string[] {
  const groups = Map.groupBy(alternatives, ({ plan, refusal = 'no plan can meet it' }) =>
    plan ? planText(plan, own) : refusal,
  );
  return [...groups].map(([text, members], index) =>
    reasonLine(index === 0 ? 'what if' : '', `${deadlinesText(members)}: ${text}${chancesText(members)}`),
  );
}

function deadlinesText(members: readonly PlanAlternative[]): string {
  const texts = members.map(({ deadlineMs }) => durationText(deadlineMs));
  const last = texts.at(-1) ?? '';
  return `a deadline of ${texts.length === 1 ? last : `${texts.slice(0, -1).join(', ')} or ${last}`}`;
}

function planText(plan: AlternativePlan, own: AlternativePlan): string {
  const text = (one: AlternativePlan) =>
    `${shardsText(one.shardCount)}, ${costText(one.costUsd)}, ends after ${durationText(one.expectedMs)}`;
  if (text(plan) === text(own)) return 'the same plan';
  const percent = own.costUsd > 0 ? Math.round((plan.costUsd / own.costUsd - 1) * 100) : 0;
  const change = percent === 0 ? 'the same cost' : `${Math.abs(percent)} % ${percent < 0 ? 'cheaper' : 'dearer'}`;
  return `${text(plan)}, ${change}`;
}

function chancesText(members: readonly PlanAlternative[]): string {
  const chances = members.flatMap(({ plan }) => (plan ? [shareText(plan.chance)] : []));
  return chances.length === 0 ? '' : `, chance ${[...new Set(chances)].join(', ')}`;
}
