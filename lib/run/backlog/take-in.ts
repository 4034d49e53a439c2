import { collect } from '../../core/collect.ts';
import { type RunId, splitNeed } from '../../core/ids.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { EpochMs } from '../../core/quantity.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Services } from '../../ports/services.ts';
import { backlogSteps, stepClosesMs, stepOf, streamOf } from '../../shards/backlog-layout.ts';
import { type ShardedOperation, Sharding } from '../../shards/sharding.ts';
import { cutShard } from '../cut-shard.ts';
import { decideCut } from '../decide-cut.ts';
import { readShards } from '../read-shards.ts';
import { RELEASES_AT_ONCE_MAX, releaseNeed } from '../release-need.ts';
import { RunDefinition } from '../run-definition.ts';
import { readDocument } from '../run-document.ts';
import { parseRun, runKey } from '../run-record.ts';
import type { ShardRecord } from '../shard-record.ts';
import { forecastSteps } from './forecast-steps.ts';
import { intakePartCount } from './intake-parts.ts';
import {
  type IntakeList,
  type IntakeRecord,
  intakeKey,
  needOf,
  parseIntake,
  readIntakeList,
  readIntakes,
  writeIntakeList,
} from './intake-record.ts';

/** What an intake leaves to the monitor. */
export interface Intake {
  /** When the next step is complete; nothing when no stream is open. */
  readonly nextAt: EpochMs | undefined;
  /** True when a step brought more or less than was forecast: the plan for what comes is out of date. */
  readonly surprised: boolean;
}

const NO_STREAM: Intake = { nextAt: undefined, surprised: false };

/**
 * Takes in what has arrived in the backlogs of a run: every step that is complete is listed, its shards are cut to what
 * it brought, and set free. All of it may be repeated, by several at once: who lists first decides what a step holds.
 *
 * @complexity one listing and one query for each open stream whose step is complete; nothing for other runs
 */
export async function takeIn(
  run: RunId,
  services: Pick<Services, 'table' | 'objects' | 'clock' | 'settings'>,
): Promise<Intake> {
  const { objects, table } = services;
  const { operations } = await readDocument(objects, { run, name: 'sharding' }, Sharding);
  const streams = operations.filter(({ source }) => streamOf(source) !== undefined);
  if (streams.length === 0) return NO_STREAM;
  const item = await table.get(runKey(run));
  if (item === undefined || parseRun(item).state !== 'OPEN') return NO_STREAM;
  const { startedAt } = await readDocument(objects, { run, name: 'definition' }, RunDefinition);
  const intakes: Intake[] = [];
  for (const operation of streams) intakes.push(await takeInOne({ run, operation, startedAt }, services));
  const next = intakes.flatMap(({ nextAt }) => (nextAt === undefined ? [] : [nextAt]));
  return {
    nextAt: next.length > 0 ? Math.min(...next) : undefined,
    surprised: intakes.some(({ surprised }) => surprised),
  };
}

interface Backlog {
  readonly run: RunId;
  readonly operation: ShardedOperation;
  readonly startedAt: EpochMs;
}

type IntakeServices = Pick<Services, 'table' | 'objects' | 'clock' | 'settings'>;

async function takeInOne(backlog: Backlog, services: IntakeServices): Promise<Intake> {
  const { run, operation, startedAt } = backlog;
  const stream = streamOf(operation.source);
  if (!stream) return NO_STREAM;
  const steps = backlogSteps(stream);
  const { table, clock } = services;
  const taken = [...(await readIntakes(table, run, operation.id))];
  const closesAt = (step: number) => startedAt + stepClosesMs(steps, step);
  const first = taken.length;
  while (taken.length < steps.stepCount && closesAt(taken.length) <= clock.now()) {
    taken.push(await takeStep(backlog, taken, services));
  }
  for (const record of taken) if (record.releasedAt === undefined) await release(backlog, record, services);
  const surprises = await Promise.all(
    taken.slice(Math.max(1, first)).map(({ step }) => isSurprising(operation, taken, step, services)),
  );
  return {
    nextAt: taken.length < steps.stepCount ? closesAt(taken.length) : undefined,
    surprised: surprises.includes(true),
  };
}

/** The list first, then the record that says it is whole: only then is anybody told. */
async function takeStep(
  { run, operation }: Backlog,
  taken: readonly IntakeRecord[],
  { table, objects, clock }: IntakeServices,
): Promise<IntakeRecord> {
  const of = { run, operation: operation.id, step: taken.length };
  const at = clock.now();
  const list = await writeIntakeList(objects, of, {
    objects: await arrived({ run, operation }, taken, { objects, at }),
  });
  const record: IntakeRecord = { ...of, at, objectCount: list.objects.length, bytes: bytesOf(list) };
  const write = await table.put({ ...intakeKey(of), ...record }, { attribute: 'run', exists: false });
  return write.item ? parseIntake(write.item) : record;
}

/** What lies under the prefix and is in no step before. */
async function arrived(
  { run, operation }: Omit<Backlog, 'startedAt'>,
  taken: readonly IntakeRecord[],
  { objects, at }: { readonly objects: ObjectStore; readonly at: EpochMs },
): Promise<IntakeList['objects']> {
  const known = new Set<string>();
  for (const { step, objectCount } of taken) {
    if (objectCount === 0) continue;
    const list = await readIntakeList(objects, { run, operation: operation.id, step });
    for (const { location } of list.objects) known.add(location);
  }
  const location = operation.source?.kind === 'objects' ? operation.source.location : '';
  const listed = await collect(objects.list(location));
  return listed
    .filter((info) => !known.has(info.location))
    .map(({ location: place, sizeBytes, modifiedAt = at }) => ({ location: place, sizeBytes, arrivedAt: modifiedAt }));
}

function bytesOf({ objects }: IntakeList): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** More than was planned for is cut before it starts; then every shard of the step is told. */
async function release({ run, operation }: Backlog, record: IntakeRecord, services: IntakeServices): Promise<void> {
  const { table, clock, settings } = services;
  const shards = await collect(readShards(table, run, operation.id));
  const planned = shards.filter(({ range, shard, root }) => shard === root && stepOf(range) === record.step);
  // by what was planned, whatever was cut since: who repeats this must cut at the same units
  const each = Math.ceil(
    intakePartCount(operation, record, Math.floor(settings.vcpuMax)) / Math.max(1, planned.length),
  );
  const uncut = planned.filter(
    ({ state, cuts, splitAt }) => state === 'BLOCKED' && cuts === 0 && splitAt === undefined,
  );
  await inParallel(uncut, RELEASES_AT_ONCE_MAX, async (shard) => {
    const { start, end } = shard.range;
    const cutsAt = Array.from({ length: each - 1 }, (_, at) => start + Math.round(((at + 1) * (end - start)) / each));
    if (cutsAt.length > 0) await cutShard(table, shard, { cutsAt, now: clock.now() });
  });
  // a tail whose cut a crash left half done does not wait for the sweep
  const halfDone = shards.filter((shard) => stepOf(shard.range) === record.step && isHalfCut(shard));
  await inParallel(halfDone, RELEASES_AT_ONCE_MAX, (tail) => decideCut(table, tail, { now: clock.now() }));
  await releaseNeed(table, { run, operation: operation.id, need: needOf(record) }, clock.now());
  await table.update(intakeKey(record), { set: { releasedAt: clock.now() } }, { attribute: 'run', exists: true });
}

function isHalfCut({ shard, root, state, met }: ShardRecord): boolean {
  return shard !== root && state === 'BLOCKED' && !met.has(splitNeed(shard));
}

/** Outside the interval that the steps before it had led to expect. */
async function isSurprising(
  operation: ShardedOperation,
  taken: readonly IntakeRecord[],
  step: number,
  { settings }: IntakeServices,
): Promise<boolean> {
  const stream = streamOf(operation.source);
  if (!stream) return false;
  const seen = taken.slice(0, step).map(({ bytes }) => bytes);
  const { stepMs } = backlogSteps(stream);
  const [forecast] = await forecastSteps({ layout: operation.layout, seen, stepMs, level: settings.level });
  const bytes = taken[step]?.bytes ?? 0;
  return forecast !== undefined && (bytes > forecast.upper || bytes < forecast.lower);
}
