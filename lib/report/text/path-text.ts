import { countText } from './count-text.ts';

/** A longer path loses its middle. */
const NAMES_MAX = 10;
/** Names that stand after the gap: where a path ends says more than where it was half way. */
const LAST_NAMES = 3;

/** A way through the operations: `clean → join → report`. */
export function pathText(operations: readonly string[]): string {
  if (operations.length <= NAMES_MAX) return operations.join(' → ');
  const first = operations.slice(0, NAMES_MAX - LAST_NAMES - 1);
  const last = operations.slice(-LAST_NAMES);
  const between = `${countText(operations.length - first.length - last.length)} more`;
  return [...first, between, ...last].join(' → ');
}
