import type { DurationMs } from '../core/quantity.ts';
import type { ForecastOrigin } from '../forecast/forecast.ts';
import type { TradeOffPoint } from '../plan/trade-off.ts';
import type { TerminalColour } from '../report/terminal-colour.ts';
import { admissionText } from '../report/text/admission-text.ts';
import { costText } from '../report/text/cost-text.ts';
import { countText } from '../report/text/count-text.ts';
import { durationText } from '../report/text/duration-text.ts';
import { intervalText } from '../report/text/interval-text.ts';
import { pathText } from '../report/text/path-text.ts';
import { shardsText } from '../report/text/shards-text.ts';
import { shareText } from '../report/text/share-text.ts';
import { textTable } from '../report/text-table.ts';
import type { ShardedOperation, Sharding } from '../shards/sharding.ts';
import type { Workflow } from '../workflow/definition.ts';
import type { PlanAlternative } from './plan-alternatives.ts';
import { reasonLine as line } from './reason-line.ts';
import { stabilityLines } from './stability-lines.ts';
import { tierLines } from './tier-lines.ts';
import { tradeOffLines } from './trade-off-lines.ts';
import type { TriedPlan } from './try-plan.ts';
import { whatIfLines } from './what-if-lines.ts';

/** Operations that are listed; `--json` has them all. */
const LISTED_MAX = 60;

const ORIGINS: Readonly<Record<ForecastOrigin, string>> = {
  profile: 'its own profile',
  relatives: 'its relatives',
  prior: 'estimates alone',
};

/** The chance is drawn: it may be off by this. */
const CHANCE_ERROR = 0.01;

/** What other deadlines would change. */
export interface WhatIf {
  readonly alternatives: readonly PlanAlternative[];
  readonly tradeOff: readonly TradeOffPoint[];
}

/** A plan that explains itself: why so many shards, which tier, what decides the time, what the chance is and the cost. */
export function planText(
  tried: TriedPlan,
  { alternatives, tradeOff }: WhatIf,
  colour: TerminalColour,
): readonly string[] {
  const { definition, plan } = tried;
  const own = {
    shardCount: tried.sharding.shards.length,
    expectedMs: plan.expectedEndAt - plan.madeAt,
    costUsd: plan.costUsd,
    chance: plan.chance,
    ...(plan.safeEndAt !== undefined && { safeMs: plan.safeEndAt - plan.madeAt }),
  };
  const late = plan.expectedEndAt > definition.deadlineAt;
  const expected = `expected to end after ${durationText(plan.expectedEndAt - plan.madeAt)}`;
  const allowed = `of ${durationText(definition.deadlineAt - definition.startedAt)} allowed`;
  return [
    `${colour.bold(definition.workflow.name)}: ${(late ? colour.bad : colour.good)(`${expected} ${allowed}`)}, chance ${shareText(plan.chance)}, ${costText(plan.costUsd)} on AWS`,
    '',
    ...operationLines(tried, colour),
    '',
    ...reasonLines(tried),
    ...whatIfLines(alternatives, own),
    ...tradeOffLines(tradeOff, own, colour),
  ];
}

function operationLines({ sharding, forecast, plan, pools }: TriedPlan, colour: TerminalColour): readonly string[] {
  const tierOf = new Map(pools.map(({ id, memoryMiB }) => [id, memoryMiB]));
  const poolOf = new Map(plan.placements.map(({ shard, pool }) => [shard, pool]));
  const needOf = new Map(forecast.shards.map(({ shard, need }) => [shard, need.durationMs]));
  const originOf = new Map(forecast.types.map(({ type, origin }) => [type, origin]));
  const firstOf = new Map(sharding.shards.toReversed().map(({ id, operation }) => [operation, id]));
  const rows = sharding.operations.slice(0, LISTED_MAX).map((operation) => {
    const first = firstOf.get(operation.id) ?? '';
    const need = needOf.get(first);
    const tierMiB = tierOf.get(poolOf.get(first) ?? '');
    const origin = originOf.get(operation.type);
    return [
      { text: operation.id, paint: operation.onCriticalPath ? colour.bold : (text: string) => text },
      countText(operation.shardCount),
      countText(operation.leastShardCount),
      durationText(operation.workMs),
      need ? `${durationText(need.point)} (${intervalText(need)})` : '–',
      tierMiB === undefined ? 'queued' : `${countText(tierMiB)} MiB`,
      origin ? ORIGINS[origin] : '–',
      slackText(operation),
    ];
  });
  const leftOut = sharding.operations.length - rows.length;
  const more = leftOut > 0 ? [colour.dim(`and ${countText(leftOut)} more operations, see --json`)] : [];
  return [...textTable(COLUMNS, rows, colour.dim), ...more];
}

const COLUMNS = [
  { title: 'operation', align: 'left' },
  { title: 'shards', align: 'right' },
  { title: 'at least', align: 'right' },
  { title: 'work', align: 'right' },
  { title: 'one shard', align: 'right' },
  { title: 'tier', align: 'right' },
  { title: 'forecast from', align: 'left' },
  { title: 'slack', align: 'right' },
] as const;

function slackText({ onCriticalPath, slackMs }: ShardedOperation): string {
  return onCriticalPath ? 'critical' : durationText(slackMs);
}

function reasonLines(tried: TriedPlan): readonly string[] {
  const { sharding, plan, definition } = tried;
  return [
    line('critical path', pathReason(sharding)),
    ...sharding.operations
      .filter(({ steps }) => steps.length > 1)
      .slice(0, LISTED_MAX)
      .map(fusedLine),
    line('shards', shardsReason(sharding, definition.workflow.objective)),
    ...chanceLines(tried),
    line('gap', gapText(tried)),
    ...tierLines(tried),
    ...grantLines(tried),
    ...stabilityLines(tried),
    ...plan.canaries.map(({ type, shards }) =>
      line(
        'canary',
        `${type} has no profile: ${shardsText(shards.length)} of it first, the others once these have shown that it can be trusted`,
      ),
    ),
    ...admissionLines(tried),
    ...(plan.queue.length > 0
      ? [
          line(
            'queue',
            `${shardsText(plan.queue.length)} wait for slots that other runs hold, the first for ${durationText(firstWaitMs(tried))}`,
          ),
        ]
      : []),
  ];
}

/** Where durations are uncertain the shards are cut for longer ones, so that the deadline is kept with the asked chance. */
function pathReason({ criticalPath: { operations, lengthMs }, expectedLengthMs }: Sharding): string {
  const expected = `${pathText(operations)}: ${durationText(expectedLengthMs)} expected`;
  if (durationText(lengthMs) === durationText(expectedLengthMs)) return expected;
  return `${expected}; its shards are cut as if it took ${durationText(lengthMs)}, to be safe`;
}

const OBJECTIVES: Readonly<Record<Workflow['objective'], string>> = {
  deadline: 'the fewest that were found to meet it',
  cost: 'the least cost',
  latency: 'the least time, whatever it costs',
};

/** The bound is of the fractional problem: what lies a rounding error above a whole number is that number. */
function shardsReason({ shards, shardCountBound }: Sharding, objective: Workflow['objective']): string {
  const least = countText(Math.ceil(shardCountBound - 1e-6));
  return `${countText(shards.length)} for the objective '${objective}' (${OBJECTIVES[objective]}); proven: this deadline cannot be met with fewer than ${least}`;
}

/** Nothing is said of a run that begins at once. */
function admissionLines({ plan }: TriedPlan): readonly string[] {
  const { admission } = plan;
  if (admission.admitted === 'now') return [];
  return [line('admission', admissionText(admission, plan.madeAt))];
}

/** The bound is certified: nothing ends sooner with these shards, in whatever order. */
function gapText({ plan, leastMs }: TriedPlan): string {
  const expectedMs = plan.expectedEndAt - plan.madeAt;
  const percent = leastMs > 0 ? (expectedMs / leastMs - 1) * 100 : 0;
  return `no order of these shards ends before ${durationText(leastMs)}; this plan is ${percent.toFixed(1)} % above that`;
}

function fusedLine({ id, steps }: ShardedOperation): string {
  return line(
    'fused',
    `${id} runs ${steps.map(({ operation }) => operation).join(', then ')} in one shard: a shard each would cost more`,
  );
}

function firstWaitMs({ plan }: TriedPlan): DurationMs {
  return Math.max(0, Math.min(...plan.queue.map(({ expectedStartAt }) => expectedStartAt)) - plan.madeAt);
}

function grantLines({ plan }: TriedPlan): readonly string[] {
  return plan.grants.map(({ pool, slotCount, from, until }, index) =>
    line(
      index === 0 ? 'slots' : '',
      `${countText(slotCount)} of ${pool} from ${durationText(from - plan.madeAt)} to ${durationText(until - plan.madeAt)}`,
    ),
  );
}

/** Whether the deadline is kept as surely as was asked for; what would be. */
function chanceLines({ plan, request, definition }: TriedPlan): readonly string[] {
  if (plan.safeEndAt === undefined) return [];
  const safe = durationText(plan.safeEndAt - definition.startedAt);
  if (plan.chance >= request.chance - CHANCE_ERROR) {
    return [line('chance', `with ${shareText(request.chance)} it ends within ${safe}`)];
  }
  const found = definition.workflow.objective === 'latency' ? 'as fast as can be' : 'the best that was found';
  return [
    line(
      'chance',
      `${shareText(plan.chance)} is ${found}, ${shareText(request.chance)} was asked for: a deadline of ${safe} has it`,
    ),
  ];
}
