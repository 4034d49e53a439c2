import { median } from 'simple-statistics';
import type { TypeForecast } from '../forecast/forecast.ts';
import { html, type Markup } from './html.ts';
import { OTHER_COLOUR, operationColours } from './operation-colours.ts';
import type { RunReport } from './run-report.ts';
import { type ShardComparison, shardComparisons } from './shard-comparisons.ts';
import { durationText } from './text/duration-text.ts';

/** Fans that are drawn: of the types with the most samples. */
const FANS_MAX = 8;

const PLOT = { width: 340, height: 150, left: 52, bottom: 22, top: 8 } as const;

interface Step {
  readonly lower: number;
  readonly point: number;
  readonly upper: number;
  /** How long shards that started in this step took, as a multiple of the profile's level. */
  readonly actual: number | undefined;
}

/**
 * How the rate of each type was expected to move over the horizon, and how it did; nothing when the horizon is one step,
 * as it is for a short run.
 */
export function rateChart(report: RunReport): Markup | undefined {
  const types = report.forecast.types
    .filter(({ rate }) => rate.length > 1)
    .sort((a, b) => b.sampleCount - a.sampleCount)
    .slice(0, FANS_MAX);
  if (types.length === 0) return undefined;
  const colours = operationColours(report);
  const comparisons = shardComparisons(report);
  const fans = types.map((type) => {
    const mine = report.operations.filter((operation) => operation.type === type.type).map(({ id }) => id);
    const steps = stepsOf(
      type,
      report,
      comparisons.filter(({ operation }) => mine.includes(operation)),
    );
    return fan(type, steps, colours.get(mine[0] ?? '') ?? OTHER_COLOUR);
  });
  return html`<h3>Rate over time</h3>
<p class="lead">How long a shard was expected to take as a multiple of what is usual, from the start of the run on: 1 is the level of the profile. A dot is the median of the shards that started in that step; a hollow one lies outside.</p>
<div class="fans">${fans}</div>`;
}

function stepsOf(
  { rate, rateStepMs }: TypeForecast,
  { forecast }: RunReport,
  comparisons: readonly ShardComparison[],
): readonly Step[] {
  const byStep = Map.groupBy(comparisons, ({ startedAt }) => Math.floor((startedAt - forecast.madeAt) / rateStepMs));
  return rate.map(({ lower, point, upper }, index) => {
    const ratios = (byStep.get(index) ?? []).map(({ actualMs, predicted }) => actualMs / Math.max(1, predicted.point));
    return { lower, point, upper, actual: ratios.length === 0 ? undefined : median(ratios) * point };
  });
}

function fan({ type, rateStepMs }: TypeForecast, steps: readonly Step[], colour: string): Markup {
  const top = Math.max(...steps.map(({ upper, actual }) => Math.max(upper, actual ?? 0)), 1);
  const x = (index: number) => PLOT.left + (index / (steps.length - 1)) * (PLOT.width - PLOT.left - 8);
  const y = (value: number) => PLOT.height - PLOT.bottom - (value / top) * (PLOT.height - PLOT.bottom - PLOT.top);
  const line = (values: readonly number[], order: readonly number[]) =>
    order.map((index) => `${x(index).toFixed(1)} ${y(values[index] ?? 0).toFixed(1)}`).join('L');
  const forward = [...steps.keys()];
  const band = `M${line(
    steps.map(({ upper }) => upper),
    forward,
  )}L${line(
    steps.map(({ lower }) => lower),
    forward.toReversed(),
  )}Z`;
  const horizon = durationText((steps.length - 1) * rateStepMs);
  return html`<figure class="fan"><figcaption><span class="swatch operation-${colour}"></span><b>${type}</b></figcaption>
<svg role="img" aria-label="${type}: ${textOf(steps)}" viewBox="0 0 ${PLOT.width} ${PLOT.height}">
<path class="grid" d="M${PLOT.left} ${y(1).toFixed(1)}H${PLOT.width}"/><text class="tick" x="${PLOT.left - 6}" y="${(y(1) + 3.5).toFixed(1)}">1</text>
<path class="band operation-${colour}" d="${band}"/>
<path class="prediction operation-${colour}" d="M${line(
    steps.map(({ point }) => point),
    forward,
  )}"/>
${steps.map(({ actual, lower, upper }, index) => {
  if (actual === undefined) return '';
  const kind = actual >= lower && actual <= upper ? 'inside' : 'outside';
  return html`<circle class="${kind} operation-${colour}" cx="${x(index).toFixed(1)}" cy="${y(actual).toFixed(1)}" r="2.6"/>`;
})}
<text class="tick" x="${PLOT.width - 8}" y="${PLOT.height - 4}">+${horizon}</text>
</svg></figure>`;
}

function textOf(steps: readonly Step[]): string {
  const points = steps.map(({ point }) => point);
  return `expected between ${Math.min(...points).toFixed(2)} and ${Math.max(...points).toFixed(2)} of the usual time`;
}
