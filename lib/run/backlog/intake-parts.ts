import { backlogSteps, partMaxMs, streamOf } from '../../shards/backlog-layout.ts';
import type { ShardedOperation } from '../../shards/sharding.ts';
import type { IntakeRecord } from './intake-record.ts';

/**
 * Into how many shards a step is cut so that none takes longer than the objective leaves it: by what was expected of a
 * byte when the run was cut. No more than there are objects, or slots to run them.
 */
export function intakePartCount(
  { source, workMs, layout }: Pick<ShardedOperation, 'source' | 'workMs' | 'layout'>,
  { bytes, objectCount }: Pick<IntakeRecord, 'bytes' | 'objectCount'>,
  slotMax: number,
): number {
  const stream = streamOf(source);
  const expectedBytes = layout.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  if (!stream || expectedBytes === 0) return 1;
  const stepMs = (bytes * workMs) / expectedBytes;
  const wanted = Math.ceil(stepMs / partMaxMs(backlogSteps(stream)));
  return Math.max(1, Math.min(wanted, objectCount, slotMax));
}
