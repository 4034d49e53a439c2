/** A share in percent: `93 %`; with a tenth near the ends, where it matters: `99.2 %`; never a rounded-up certainty. */
export function shareText(share: number): string {
  const percent = share * 100;
  if (share > 0.95 && share < 1) return `${Math.min(99.9, percent).toFixed(1)} %`;
  if (share > 0 && share < 0.05) return `${Math.max(0.1, percent).toFixed(1)} %`;
  return `${Math.round(percent)} %`;
}
