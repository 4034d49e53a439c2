import type { RunId, ShardId } from '../core/ids.ts';
import type { Services } from '../ports/services.ts';
import { expectedSteps } from '../run/backlog/expected-steps.ts';
import { forecastSteps } from '../run/backlog/forecast-steps.ts';
import { type IntakeRecord, readIntakes } from '../run/backlog/intake-record.ts';
import { type BacklogSteps, backlogSteps, stepOf, streamOf } from '../shards/backlog-layout.ts';
import type { Shard, ShardedOperation, Sharding } from '../shards/sharding.ts';

/** A backlog of a run, and what has been taken in of it. */
export interface OpenBacklog {
  readonly operation: ShardedOperation;
  readonly shards: readonly Shard[];
  readonly steps: BacklogSteps;
  /** In order, without gaps. */
  readonly intakes: readonly IntakeRecord[];
}

/** The backlogs of a run; none for a run whose input lies there, and no request. */
export async function loadBacklogs(
  run: RunId,
  { operations, shards }: Sharding,
  { table }: Pick<Services, 'table'>,
): Promise<readonly OpenBacklog[]> {
  const backlogs: OpenBacklog[] = [];
  for (const operation of operations) {
    const stream = streamOf(operation.source);
    if (!stream) continue;
    const own = shards.filter((shard) => shard.operation === operation.id);
    const intakes = await readIntakes(table, run, operation.id);
    backlogs.push({ operation, shards: own, steps: backlogSteps(stream), intakes });
  }
  return backlogs;
}

/**
 * How many times what was expected before the run the input of each shard is: of steps that were taken in what they
 * brought, of those to come what the steps so far lead to expect.
 */
export async function volumeOf(backlogs: readonly OpenBacklog[], level: number): Promise<(root: ShardId) => number> {
  const volumes = new Map<ShardId, number>();
  for (const { operation, shards, steps, intakes } of backlogs) {
    const { layout } = operation;
    const expected = expectedSteps(layout, level);
    const seen = intakes.map(({ bytes }) => bytes);
    const coming = await forecastSteps({ layout, seen, stepMs: steps.stepMs, level });
    const bytes = [...seen, ...coming.map(({ point }) => point)];
    for (const { id, range } of shards) {
      const step = stepOf(range);
      volumes.set(id, ratio(bytes[step] ?? 0, expected[step]?.point ?? 0));
    }
  }
  return (root) => volumes.get(root) ?? 1;
}

/** A shard of a step that brought nothing is claimed and committed all the same: it needs a slot for that. */
const VOLUME_MIN = 0.05;

/** Where nothing was expected, nothing is known of what a byte needs either: the prediction stays. */
function ratio(bytes: number, expected: number): number {
  return expected > 0 ? Math.max(VOLUME_MIN, bytes / expected) : 1;
}
