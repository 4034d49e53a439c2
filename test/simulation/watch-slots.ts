import type { ItemKey, Write } from '../../lib/ports/table.ts';
import { parseShard } from '../../lib/run/shard-record.ts';
import { readSlots } from '../../lib/run/slot-store.ts';
import type { SlotScene } from './slot-actors.ts';
import { type Actor, violate } from './world.ts';

/** A dropped slot sees it within a second by its own clock; then it may be about to claim. */
const CLAIMS_WITHIN_MS = 1_500;

interface WriteContext {
  readonly actor: Actor;
  readonly calledAt: number;
  readonly key: ItemKey;
}

/** Applies a write, and looks whether it writes over another slot, or is a claim by a slot that is over. */
export async function watchSlots(
  scene: SlotScene,
  { actor, key }: WriteContext,
  apply: () => Promise<Write>,
): Promise<Write> {
  const { world } = scene;
  const before = await world.table.get(key);
  const write = await apply();
  if (!write.applied) return write;
  if (key.sort.startsWith('SLOT#') && before && before.startedAt !== write.item.startedAt) {
    violate(world, `${key.sort} is given to a second slot`);
  }
  const slot = key.sort.slice('SLOT#'.length);
  const isOwn = actor.name.startsWith(`${slot}:`) || actor.name.startsWith(`recovery of ${slot}.`);
  if (write.item.status === 'ENDED' && isOwn) scene.leaving.add(slot);
  if (key.sort.startsWith('SHARD#') && before && write.item.epoch !== before.epoch) {
    await claiming(scene, parseShard(write.item).owner ?? '');
  }
  return write;
}

async function claiming({ world, overSince }: SlotScene, owner: string): Promise<void> {
  const name = owner.slice(0, owner.lastIndexOf(':'));
  const slot = (await readSlots(world.table, world.run)).find((one) => one.slot === name);
  if (!slot) violate(world, `${owner} claims, and is no slot of the run`);
  const over = slot && (slot.droppedAt !== undefined || slot.status === 'ENDED');
  if (!over) return;
  const since = overSince.get(name) ?? world.scheduler.now();
  overSince.set(name, since);
  if (world.scheduler.now() - since > CLAIMS_WITHIN_MS)
    violate(world, `${owner} still claims, though its slot is over`);
}
