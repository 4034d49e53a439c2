import { median } from 'simple-statistics';
import type { TypeForecast } from '../forecast/forecast.ts';
import { type FanPoint, fanChart, highestOf } from './fan-chart.ts';
import { html, type Markup } from './html.ts';
import { OTHER_COLOUR, operationColours } from './operation-colours.ts';
import type { RunReport } from './run-report.ts';
import { type ShardComparison, shardComparisons } from './shard-comparisons.ts';
import { durationText } from './text/duration-text.ts';

/** Fans that are drawn: of the types with the most samples. */
const FANS_MAX = 8;

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
    const points = pointsOf(
      type,
      report,
      comparisons.filter(({ operation }) => mine.includes(operation)),
    );
    return fan(type, points, colours.get(mine[0] ?? '') ?? OTHER_COLOUR);
  });
  return html`<h3>Rate over time</h3>
<p class="lead">How long a shard was expected to take as a multiple of what is usual, from the start of the run on: 1 is the level of the profile. A dot is the median of the shards that started in that step; a hollow one lies outside.</p>
<div class="fans">${fans}</div>`;
}

function pointsOf(
  { rate, rateStepMs }: TypeForecast,
  { forecast }: RunReport,
  comparisons: readonly ShardComparison[],
): readonly FanPoint[] {
  const byStep = Map.groupBy(comparisons, ({ startedAt }) => Math.floor((startedAt - forecast.madeAt) / rateStepMs));
  return rate.map((expected, at) => {
    const ratios = (byStep.get(at) ?? []).map(({ actualMs, predicted }) => actualMs / Math.max(1, predicted.point));
    return { at, expected, ...(ratios.length > 0 && { actual: median(ratios) * expected.point }) };
  });
}

function fan({ type, rate, rateStepMs }: TypeForecast, points: readonly FanPoint[], colour: string): Markup {
  return fanChart({
    title: type,
    colour,
    note: rangeText(rate),
    points,
    highest: Math.max(1, highestOf(points)),
    grid: [1],
    valueText: String,
    end: `+${durationText((rate.length - 1) * rateStepMs)}`,
  });
}

function rangeText(rate: TypeForecast['rate']): string {
  const points = rate.map(({ point }) => point);
  return `expected between ${Math.min(...points).toFixed(2)} and ${Math.max(...points).toFixed(2)} of the usual time`;
}
