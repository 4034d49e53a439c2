/** Enough for minutes, and the same text on every processor. Adding 0 turns -0 into 0: JSON has only one of them. */
export function twoDecimals(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
