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
  { title: 'cost against time: each is cheaper than all that end sooner', align: 'left' },
] as const;

/** The Pareto curve as a table with bars; a curve of one point is no choice and is left out. */
export function tradeOffLines(points: readonly TradeOffPoint[], colour: TerminalColour): readonly string[] {
  if (points.length < 2) return [];
  const mostUsd = Math.max(...points.map(({ costUsd }) => costUsd));
  const rows = points.map(({ expectedMs, safeMs, costUsd, shardCount }) => [
    durationText(expectedMs),
    costText(costUsd),
    countText(shardCount),
    safeMs === undefined ? '–' : durationText(safeMs),
    '█'.repeat(Math.max(1, Math.round((BAR_WIDTH * costUsd) / mostUsd))),
  ]);
  return ['', ...textTable(COLUMNS, rows, colour.dim)];
}
