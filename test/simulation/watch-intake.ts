import type { ItemKey, Write } from '../../lib/ports/table.ts';
import { intakeKey, parseIntake, readIntakeList } from '../../lib/run/backlog/intake-record.ts';
import { parseShard, type ShardRecord } from '../../lib/run/shard-record.ts';
import { stepOf } from '../../lib/shards/backlog-layout.ts';
import { memoryObjectStore } from '../memory-object-store.ts';
import { violate, type World } from './world.ts';

/** Applies a write, and looks whether a step changes once it was taken in, or a shard is set free before. */
export async function watchIntake(world: World, key: ItemKey, apply: () => Promise<Write>): Promise<Write> {
  const before = await world.table.get(key);
  const write = await apply();
  if (!write.applied) return write;
  if (key.sort.startsWith('INTAKE#')) {
    const step = parseIntake(write.item);
    const old = before && parseIntake(before);
    if (old && (old.at !== step.at || old.objectCount !== step.objectCount || (old.releasedAt && !step.releasedAt)))
      violate(world, `step ${step.step} was taken in twice: ${JSON.stringify([old, step])}`);
    await listed(world, step);
  }
  if (key.sort.startsWith('SHARD#') && write.item.state === 'READY') await set(world, parseShard(write.item));
  return write;
}

/** What is written down of a step is what its list says, and stays so. */
async function listed(world: World, step: ReturnType<typeof parseIntake>): Promise<void> {
  const store = { ...world.objects, ...{ reads: memoryObjectStore().reads } };
  const list = await readIntakeList(store, step).catch(() => undefined);
  if (list?.objects.length !== step.objectCount)
    violate(
      world,
      `step ${step.step} has ${step.objectCount} objects, and its list ${list?.objects.length ?? 'is not there'}`,
    );
}

async function set(world: World, { operation, range, run, shard }: ShardRecord): Promise<void> {
  const step = await world.table.get(intakeKey({ run, operation, step: stepOf(range) }));
  if (!step) violate(world, `${shard} is set free before its step was taken in`);
}
