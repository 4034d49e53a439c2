import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { ProvisionedState, ProvisionedWindow } from '../ports/provisioning.ts';

export type ProvisionStep =
  | { readonly do: 'register'; readonly window: ProvisionedWindow }
  | { readonly do: 'release'; readonly functionName: string; readonly at: EpochMs };

export interface ProvisionReconcileInput {
  /** At most one for each function. */
  readonly windows: readonly ProvisionedWindow[];
  /** Every function of the installation. */
  readonly observed: ReadonlyMap<string, ProvisionedState>;
  readonly now: EpochMs;
}

/** An action is registered this long before it is due. */
const NOTICE_MS: DurationMs = 60_000;
/** Plans move by seconds with each look: a start that is earlier, or an end that is later, by less than this stays. */
const EARLY_MAX_MS: DurationMs = 180_000;
const OVERTIME_MAX_MS: DurationMs = 300_000;
/** And the other way round: a slot that starts cold, or runs on after the end, for less than this is no loss. */
const LATE_MAX_MS: DurationMs = 30_000;
/** Fewer environments than are on, by less than this share, are not worth a change. */
const SURPLUS_SHARE_MIN = 0.2;

/**
 * Says what to register and to take back, so that the windows that pay are the ones that are registered. Level
 * triggered: it looks at what is there, so what an earlier call did not get done is done by the next, and a call with
 * nothing to do has no steps.
 */
export function reconcileProvisioned({ windows, observed, now }: ProvisionReconcileInput): readonly ProvisionStep[] {
  const wanted = new Map(windows.map((window) => [window.functionName, window]));
  return [...observed].flatMap(([functionName, state]): readonly ProvisionStep[] => {
    const window = wanted.get(functionName);
    if (window) return fits(window, state) ? [] : [{ do: 'register', window }];
    return isQuiet(state, now) ? [] : [{ do: 'release', functionName, at: now + NOTICE_MS }];
  });
}

function fits(window: ProvisionedWindow, { environmentCount, raise, lower }: ProvisionedState): boolean {
  if (!lower) return false;
  const endsInTime = lower.at >= window.until - LATE_MAX_MS && lower.at <= window.until + OVERTIME_MAX_MS;
  const soon = raise !== undefined && raise.at >= window.from - EARLY_MAX_MS && raise.at <= window.from + LATE_MAX_MS;
  const counts = [environmentCount, ...(soon ? [raise.environmentCount] : [])];
  return endsInTime && counts.some((count) => isEnough(count, window.environmentCount));
}

function isEnough(count: number, wantedCount: number): boolean {
  return count >= wantedCount && wantedCount >= count * (1 - SURPLUS_SHARE_MIN);
}

/** Nothing is on or will be, or its end is near. */
function isQuiet({ environmentCount, raise, lower }: ProvisionedState, now: EpochMs): boolean {
  const willRaise = raise !== undefined && raise.at > now;
  const endsSoon = lower !== undefined && lower.at <= now + NOTICE_MS && lower.at > now;
  return !willRaise && (environmentCount === 0 || endsSoon);
}
