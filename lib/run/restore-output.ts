import { ForeshardError } from '../core/foreshard-error.ts';
import { parseStrictly } from '../core/parse-strictly.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import type { ShardedOperation } from '../shards/sharding.ts';
import { isIntact } from './input/is-intact.ts';
import { outputBuilder } from './input/output-builder.ts';
import { OutputManifest } from './input/output-manifest.ts';
import { runSteps, type StepContext } from './run-steps.ts';
import { endOf, type ShardRecord } from './shard-record.ts';
import { type RestoreOutput, workInput } from './work-input.ts';

/** What an output was made of may be damaged too, and so on; beyond this many operations it is no accident. */
const DEPTH_MAX = 16;

export interface RestoreScope {
  readonly services: Pick<Services, 'table' | 'codecs' | 'tasks' | 'replicas'>;
  /** Those of the shard whose input is damaged: what is read and written counts for it. */
  readonly objects: ObjectStore;
  readonly context: Omit<StepContext, 'shard' | 'write'>;
  operation(id: string): ShardedOperation;
}

/**
 * Brings a committed output back that is damaged or gone: from its replica, else by doing its shard's work again, here
 * and now. The commit stands: what is restored must be what its manifest says, so any number of readers may do it at
 * once, and none of them passes on anything else.
 *
 * @throws {ForeshardError} `ChecksumMismatch` when it cannot be had again
 */
export function outputRestorer(scope: RestoreScope, depth = 1): RestoreOutput {
  return async (shard) => {
    const manifest = parseStrictly(OutputManifest, shard.output, `output of shard '${shard.shard}'`);
    const replica = await fromReplica(shard, manifest, scope);
    const body = replica ?? (await madeAgain(shard, manifest, { ...scope, depth }));
    await scope.objects.put(manifest.location, body);
    if (replica === undefined && isReplicated(shard, scope))
      await scope.services.replicas?.put(manifest.location, body);
  };
}

function isReplicated({ operation }: ShardRecord, scope: RestoreScope): boolean {
  return scope.operation(operation).replicate;
}

async function fromReplica(
  shard: ShardRecord,
  manifest: OutputManifest,
  scope: RestoreScope,
): Promise<Uint8Array | undefined> {
  const { replicas } = scope.services;
  if (!replicas || !isReplicated(shard, scope)) return undefined;
  if (!(await replicas.info(manifest.location))) return undefined;
  const body = await replicas.get(manifest.location);
  return isIntact(body, manifest) ? body : undefined;
}

async function madeAgain(
  shard: ShardRecord,
  manifest: OutputManifest,
  scope: RestoreScope & { readonly depth: number },
): Promise<Uint8Array> {
  const { services, objects, context, depth } = scope;
  if (depth > DEPTH_MAX) throw lost(shard, manifest, `so is what it was made of, over ${DEPTH_MAX} operations`);
  const operation = scope.operation(shard.operation);
  const builder = outputBuilder(operation.outputPartitions);
  const range = { start: shard.range.start, end: endOf(shard) };
  const restore = outputRestorer(scope, depth + 1);
  await runSteps(operation.steps, services.tasks, {
    input: workInput({ shard, operation, range, objects, restore }, services),
    context: {
      ...context,
      shard: { id: shard.shard, attempt: shard.attempts + 1 },
      write: (record, key) => builder.write(record, key),
    },
  });
  const { body } = builder.build();
  if (isIntact(body, manifest)) return body;
  throw lost(
    shard,
    manifest,
    'doing its work again gives something else: its task is not deterministic, or what it read has changed',
  );
}

function lost({ shard }: ShardRecord, { location }: OutputManifest, why: string): ForeshardError {
  return new ForeshardError(
    'ChecksumMismatch',
    `output '${location}' of shard '${shard}' is damaged or gone, and ${why}; set 'replicate' on its operation and run the workflow again`,
  );
}
