import type { Interval } from '../../forecast/interval.ts';
import { durationText } from './duration-text.ts';

/** The two ends of a predicted length of time: `9.8 s to 15.1 s`. */
export function intervalText({ lower, upper }: Interval): string {
  return `${durationText(lower)} to ${durationText(upper)}`;
}
