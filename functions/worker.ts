import { judgeFailure } from '../lib/recover/judge-failure.ts';
import { zoneWatch } from '../lib/recover/zone-watch.ts';
import { slotWatch } from '../lib/run/slot-watch.ts';
import type { JudgeFailure } from '../lib/run/work-scope.ts';
import { Slot, workSlot } from '../lib/run/work-slot.ts';
import { stage } from './stage.ts';

/** The first call of an execution environment pays for its start. */
let cold = true;

/** State `Work` of a slot: shards are claimed, executed and committed until none is ready or the time runs low. */
export const handler = stage({
  name: 'worker',
  input: Slot,
  async run(slot, services, { awsRequestId, getRemainingTimeInMillis }) {
    const { clock, settings } = services;
    const zoneId = await services.zoneId?.();
    const invocation = {
      owner: `${slot.slot}:${awsRequestId}`,
      cold,
      ...(zoneId !== undefined && { zoneId }),
      claimUntil: clock.now() + settings.invocationMs,
      endsAt: clock.now() + getRemainingTimeInMillis() - settings.answerMs,
    };
    cold = false;
    const { zone } = slot;
    const zones = zoneWatch(services);
    const judge: JudgeFailure = (shard, error) =>
      judgeFailure(shard, { ...error, zone }, { ...settings, zones: zones.open() });
    const isOver = slotWatch(slot, services);
    const mayClaim = async () => {
      const [open, over] = await Promise.all([zones.isOpen(zone), isOver()]);
      return open && !over;
    };
    return workSlot({ slot, invocation, judge, mayClaim }, services);
  },
});
