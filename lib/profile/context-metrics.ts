import { byCodeUnit } from '../core/by-code-unit.ts';
import type { ShardAttempt } from './shard-attempt.ts';

/** CloudWatch charges for each metric of each type: outside factors are few. */
const FACTORS_MAX = 8;
/** Far below what CloudWatch takes: longer values are texts and no factors. */
const NAME_LENGTH_MAX = 128;
const PREFIX = 'context.';

/**
 * An attempt's outside factors as metrics: a number is `context.activity` with its value, a text is
 * `context.region=eu` with 1, so that its count is the number of attempts under it.
 *
 * @returns at most 8, by name; longer names are left out
 */
export function contextMetrics(context: ShardAttempt['context']): Readonly<Record<string, number>> {
  const named = Object.entries(context).map(([key, value]): readonly [string, number] =>
    typeof value === 'number' ? [`${PREFIX}${key}`, value] : [`${PREFIX}${key}=${value}`, 1],
  );
  const usable = named.filter(([name, value]) => name.length <= NAME_LENGTH_MAX && Number.isFinite(value));
  return Object.fromEntries(usable.sort(([a], [b]) => byCodeUnit(a, b)).slice(0, FACTORS_MAX));
}

/** Whether an outside factor's metric stands for a text, and not for a number. */
export function isTextFactor(name: string): boolean {
  return name.includes('=');
}
