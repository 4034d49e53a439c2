/** A whole number with its thousands apart: `3,000,000`. Written the same on every machine, whatever its locale. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
