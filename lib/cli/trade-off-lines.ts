import type { TradeOffPoint } from '../plan/trade-off.ts';
import type { TerminalColour } from '../report/terminal-colour.ts';
import { costText } from '../report/text/cost-text.ts';
import { countText } from '../report/text/count-text.ts';
import { durationText } from '../report/text/duration-text.ts';
import { textTable } from '../report/text-table.ts';

/** Length of the longest bar. */
const BAR_WIDTH = 24;

const COLUMNS = [
  { title: 'ends after', align: 'right' },
  { title: 'cost', align: 'right' },
  { title: 'shards', align: 'right' },
  { title: 'safe by', align: 'right' },
  { title: 'cost against time: plans cut by predictions alone, none beaten in both', align: 'left' },
] as const;

/**
 * The Pareto curve as a table with bars, the plan that would be used among them; a curve of one point is no choice and is
 * left out.
 */
export function tradeOffLines(
  curve: readonly TradeOffPoint[],
  own: TradeOffPoint,
  colour: TerminalColour,
): readonly string[] {
  if (curve.length < 2) return [];
  const others = curve.filter((point) => !looksLike(point, own));
  const points = [...others, own].toSorted((a, b) => a.expectedMs - b.expectedMs);
  const mostUsd = Math.max(...points.map(({ costUsd }) => costUsd));
  const rows = points.map((point) => {
    const { expectedMs, safeMs, costUsd, shardCount } = point;
    const bar = '█'.repeat(Math.max(1, Math.round((BAR_WIDTH * costUsd) / mostUsd)));
    return [
      durationText(expectedMs),
      costText(costUsd),
      countText(shardCount),
      safeMs === undefined ? '–' : durationText(safeMs),
      point === own ? `${bar} the plan above` : bar,
    ];
  });
  return ['', ...textTable(COLUMNS, rows, colour.dim)];
}

function looksLike(one: TradeOffPoint, other: TradeOffPoint): boolean {
  return (
    durationText(one.expectedMs) === durationText(other.expectedMs) && costText(one.costUsd) === costText(other.costUsd)
  );
}
