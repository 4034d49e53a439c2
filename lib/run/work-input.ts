import { byCodeUnit } from '../core/by-code-unit.ts';
import { collect } from '../core/collect.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { stepOf } from '../shards/backlog-layout.ts';
import type { DataRange } from '../shards/input-layout.ts';
import type { ShardedOperation } from '../shards/sharding.ts';
import { readIntakeList } from './backlog/intake-record.ts';
import { OutputManifest } from './input/output-manifest.ts';
import { readIntake } from './input/read-intake.ts';
import { readOutput } from './input/read-output.ts';
import { type PartitionedOutput, readPartitions } from './input/read-partitions.ts';
import { type ReadBlock, readRange } from './input/read-range.ts';
import { readShards } from './read-shards.ts';
import type { ShardRecord } from './shard-record.ts';

export interface InputRequest {
  readonly shard: ShardRecord;
  readonly operation: ShardedOperation;
  readonly range: DataRange;
  /** Metered: its reads count for the shard. */
  readonly objects: ObjectStore;
  /** Called when an output is damaged or gone; it is read again after that. */
  readonly restore: RestoreOutput;
}

/** Brings the output of a committed shard back. */
export type RestoreOutput = (shard: ShardRecord) => Promise<void>;

type InputServices = Pick<Services, 'table' | 'codecs' | 'sources'>;

/**
 * The blocks of a shard's range: of a data source, or of what the operations before it have committed.
 *
 * Of wide predecessors a shard with a `partition` range gets its key partitions, one with another range all that they
 * gave (a broadcast), first; of narrow predecessors it gets the shards in its range. What an index was cut into comes
 * in the order of its ranges.
 */
export async function* workInput(request: InputRequest, services: InputServices): AsyncGenerator<ReadBlock> {
  const { operation, range, objects } = request;
  const { layout, source } = operation;
  yield* broadcasts(request, services);
  if (layout.unit === 'arrival') yield* arrived(request);
  else if (source) {
    const { codecs, sources } = services;
    yield* readRange({ source, layout, range, objects, codecs, sources });
  } else if (layout.unit === 'partition') yield* partitions(request, services);
  else if (layout.unit === 'shard') yield* narrowShards(request, services);
  else yield* everything(request, services);
}

async function* arrived({ shard: { run }, operation, range, objects }: InputRequest): AsyncGenerator<ReadBlock> {
  const list = await readIntakeList(objects, { run, operation: operation.id, step: stepOf(range) });
  yield* readIntake(list, range);
}

/** A source or a narrow predecessor gives the range; what wide ones gave every shard reads whole. */
async function* broadcasts(request: InputRequest, services: InputServices): AsyncGenerator<ReadBlock> {
  const { operation, range } = request;
  const alone = !operation.source && operation.layout.unit !== 'shard';
  if (alone) return;
  const wide = operation.after.filter(({ edge }) => edge === 'wide');
  for (const { operation: before } of wide) {
    for (const shard of await committed(request, before, services)) yield* wholeOutput(shard, request, range.start);
  }
}

async function* partitions(request: InputRequest, services: InputServices): AsyncGenerator<ReadBlock> {
  const { operation, range, objects, restore } = request;
  const outputs: PartitionedOutput[] = [];
  for (const { operation: before } of operation.after) {
    const shards = await committed(request, before, services);
    for (const shard of shards) {
      const manifest = manifestOf(shard);
      outputs.push({ operation: shard.operation, manifest, objects, restore: () => restore(shard) });
    }
  }
  yield* readPartitions(outputs, range);
}

async function* narrowShards(request: InputRequest, services: InputServices): AsyncGenerator<ReadBlock> {
  const { operation, range } = request;
  const narrow = operation.after.filter(({ edge }) => edge === 'narrow');
  for (let index = range.start; index < range.end; index += 1) {
    for (const { operation: before } of narrow) {
      const shards = await committed(request, before, services, index);
      for (const shard of shards) yield* wholeOutput(shard, request, index + 1);
    }
  }
}

async function* everything(request: InputRequest, services: InputServices): AsyncGenerator<ReadBlock> {
  for (const { operation: before } of request.operation.after) {
    for (const shard of await committed(request, before, services)) {
      yield* wholeOutput(shard, request, request.range.end);
    }
  }
}

async function* wholeOutput(
  shard: ShardRecord,
  { objects, restore }: InputRequest,
  end: number,
): AsyncGenerator<ReadBlock> {
  const manifest = manifestOf(shard);
  const partitions = { start: 0, end: manifest.offsets.length - 1 };
  const request = { operation: shard.operation, manifest, partitions, objects, restore: () => restore(shard) };
  for await (const block of readOutput(request)) yield { ...block, end };
}

/** The committed shards of an operation, or of one index of it, in the order of their input. */
async function committed(
  { shard: { run } }: InputRequest,
  operation: string,
  { table }: InputServices,
  index?: number,
): Promise<readonly ShardRecord[]> {
  const shards = await collect(readShards(table, run, operation));
  return shards
    .filter((shard) => shard.state === 'DONE' && (index === undefined || shard.index === index))
    .sort((a, b) => a.index - b.index || a.range.start - b.range.start || byCodeUnit(a.shard, b.shard));
}

function manifestOf(shard: ShardRecord): OutputManifest {
  return parseStrictly(OutputManifest, shard.output, `output of shard '${shard.shard}'`);
}
