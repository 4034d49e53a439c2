import type { CostUsd } from '../../core/quantity.ts';

/** Money with three digits that mean something, at least to the cent: `$12.40`, `$0.0521`, `$0.00012`. */
export function costText(costUsd: CostUsd): string {
  if (costUsd === 0) return '$0.00';
  const digits = Math.min(8, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(costUsd)))));
  return `${costUsd < 0 ? '\u2212' : ''}$${Math.abs(costUsd).toFixed(digits)}`;
}
