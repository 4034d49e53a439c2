import type { TerminalColour } from '../report/terminal-colour.ts';
import { costText } from '../report/text/cost-text.ts';
import { countText } from '../report/text/count-text.ts';
import { durationText } from '../report/text/duration-text.ts';
import { shardsText } from '../report/text/shards-text.ts';
import { shareText } from '../report/text/share-text.ts';
import { textTable } from '../report/text-table.ts';
import type { SimulatedPlan } from './simulate-plan.ts';
import type { TriedPlan } from './try-plan.ts';

const COLUMNS = [
  { title: 'controller', align: 'left' },
  { title: 'half end by', align: 'right' },
  { title: '95 % by', align: 'right' },
  { title: 'in time', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'cost', align: 'right' },
  { title: 'paid / used', align: 'right' },
  { title: 'shards lost', align: 'right' },
] as const;

export interface SimulationAnswer {
  readonly simulated: readonly SimulatedPlan[];
  readonly runs: number;
  readonly seed: number;
}

/** Each controller with when the run would end, how often in time, and for how much. */
export function simulationText(
  { definition, plan, sharding }: TriedPlan,
  { simulated, runs, seed }: SimulationAnswer,
  colour: TerminalColour,
): readonly string[] {
  const expected = `planned to end after ${durationText(plan.expectedEndAt - plan.madeAt)}`;
  const allowed = `of ${durationText(plan.deadlineAt - plan.madeAt)} allowed, chance ${shareText(plan.chance)}`;
  const rows = simulated.map((one) => [
    one.controller,
    endText(one.medianMs),
    endText(one.upperMs),
    shareText(one.chance),
    `${shareText(one.chanceInterval.lower)} to ${shareText(one.chanceInterval.upper)}`,
    costText(one.costUsd),
    one.providedOverUseful.toFixed(2),
    one.lostCount.toFixed(1),
  ]);
  return [
    `${colour.bold(definition.workflow.name)}: ${shardsText(sharding.shards.length)}, ${expected} ${allowed}`,
    '',
    ...textTable(COLUMNS, rows, colour.dim),
    '',
    colour.dim(`${countText(runs)} simulations each, seed ${seed}`),
  ];
}

/** A run that never gets what it needs has no end. */
function endText(endMs: number): string {
  return Number.isFinite(endMs) ? durationText(endMs) : 'never';
}
