import type { Measurement, Target } from '../bench.ts';

export interface Judgement {
  readonly figure: string;
  readonly measured: number | string;
  readonly target: string;
  readonly ok: 'yes' | 'no';
}

/** Holds every figure that has a target against it; a figure that was not measured misses its target. */
export function judgeTargets({ figures, targets }: Measurement): readonly Judgement[] {
  return Object.entries(targets).map(([figure, target]) => {
    const measured = figures[figure];
    const met = measured !== undefined && meets(measured, target);
    return { figure, measured: measured ?? 'nothing', target: targetText(target), ok: met ? 'yes' : 'no' };
  });
}

/** Written so that NaN meets nothing. */
function meets(measured: number, { atMost, atLeast }: Target): boolean {
  return Number.isFinite(measured) && !(measured > (atMost ?? measured)) && !(measured < (atLeast ?? measured));
}

function targetText({ atMost, atLeast }: Target): string {
  const most = atMost === undefined ? [] : [`at most ${atMost}`];
  const least = atLeast === undefined ? [] : [`at least ${atLeast}`];
  return [...least, ...most].join(', ');
}
