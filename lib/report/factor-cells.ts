import type { FactorFinding } from '../forecast/load-outlook.ts';
import { shareText } from './text/share-text.ts';

/** A corrected p above it is said to be chance. */
const P_MAX = 0.05;

/** What was found of an outside factor, as texts: factor, kind, effect, lag, p, gain. */
export function factorCells({ factor, kind, effect, lag, p, gain }: FactorFinding): readonly string[] {
  return [
    factor,
    kind,
    effect.toFixed(2),
    String(lag),
    p < 0.001 ? 'below 0.001' : `${p.toFixed(3)}${p > P_MAX ? ', chance' : ''}`,
    gain === undefined ? '–' : shareText(gain),
  ];
}
