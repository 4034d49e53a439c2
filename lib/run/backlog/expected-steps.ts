import type { Interval } from '../../forecast/interval.ts';
import { stepOf } from '../../shards/backlog-layout.ts';
import type { InputLayout } from '../../shards/input-layout.ts';

/** What an author's guess, or a forecast from other days, may be off by. */
const PRIOR_RATIO = 2;

/** What each step of a backlog was expected to bring when the run was cut, in bytes. */
export function expectedSteps({ segments }: Pick<InputLayout, 'segments'>, level: number): readonly Interval[] {
  const points: number[] = [];
  let start = 0;
  for (const { units, bytes } of segments) {
    const step = stepOf({ start });
    points[step] = (points[step] ?? 0) + bytes;
    start += units;
  }
  return points.map((point) => ({ point, lower: point / PRIOR_RATIO, upper: point * PRIOR_RATIO, level }));
}
