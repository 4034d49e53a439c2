import type { EpochMs } from '../core/quantity.ts';

/** Environments of one function that are kept started, from a moment until another. */
export interface ProvisionedWindow {
  readonly functionName: string;
  readonly environmentCount: number;
  /** When they begin to start: they are ready a minute or two later. */
  readonly from: EpochMs;
  readonly until: EpochMs;
}

export interface ProvisionedState {
  /** Environments that are asked for now. */
  readonly environmentCount: number;
  readonly raise?: { readonly at: EpochMs; readonly environmentCount: number };
  readonly lower?: { readonly at: EpochMs };
}

/** Started environments by the clock: Application Auto Scaling. What is bought ends by itself, whoever bought it. */
export interface Provisioning {
  /** The state of each function, also of one that was never asked for. */
  observe(functionNames: readonly string[]): Promise<ReadonlyMap<string, ProvisionedState>>;
  /** Registers the end and then the start of a window, in place of what the function had registered. */
  register(window: ProvisionedWindow): Promise<void>;
  /** Takes back the start that is registered, and ends at the given moment what is on. */
  release(functionName: string, at: EpochMs): Promise<void>;
  /** Takes back all that was registered, also what is not known any more: for a function that goes. */
  forget(functionName: string): Promise<void>;
}
