/** Orders texts by code unit, not by locale: the same input sorts the same way on every machine. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
