import { staticStability } from '../plan/static-stability.ts';
import { countText } from '../report/text/count-text.ts';
import { reasonLine } from './reason-line.ts';
import type { TriedPlan } from './try-plan.ts';

/** Whether the plan would still fit when the largest zone is lost; nothing where there is one zone, or none. */
export function stabilityLines({ plan, pools }: Pick<TriedPlan, 'plan' | 'pools'>): readonly string[] {
  return staticStability(plan.grants, pools).map(({ memoryMiB, slotCount, guaranteedCount }, index) => {
    const wanted = `${countText(slotCount)} slots of ${countText(memoryMiB)} MiB at the most`;
    const missing = slotCount - guaranteedCount;
    const left = `${countText(guaranteedCount)} are left without the largest zone`;
    const verdict = missing > 0 ? `${countText(missing)} shards at a time would wait` : 'it would still fit';
    return reasonLine(index === 0 ? 'zone loss' : '', `${wanted}, ${left}: ${verdict}`);
  });
}
