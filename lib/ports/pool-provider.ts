import type { DurationMs } from '../core/quantity.ts';
import type { Pool } from '../plan/pool.ts';
import type { Functions } from './functions.ts';

/** How a worker of this machine is started: in a thread, because tables and stages are reached through its ports. */
export interface WorkerStart {
  /** Module that exports `createHandler(data)`, which gives the function: called once in each thread. */
  readonly entry: string;
  /** Survives a structured clone. */
  readonly data: unknown;
  /** How long one call may take. */
  readonly timeoutMs: DurationMs;
  /** Must be given every message of the thread that is not the provider's own. */
  readonly onThreadMessage: (message: unknown) => void;
}

/** What a provider is given to work with. */
export interface ProviderPlace {
  /** What would be used without the provider: the stages are called through it, and whatever the provider leaves to it. */
  readonly functions: Functions;
  /** The pools that plans will be made for. */
  readonly pools: readonly Pick<Pool, 'functionName' | 'memoryMiB' | 'slotMax'>[];
  /** @default - on AWS there is none: Step Functions calls the pools' functions itself */
  readonly worker?: WorkerStart;
}

export interface ProvidedFunctions extends Functions {
  close?(): Promise<void>;
}

/** Where workers run, and who limits how many: in place of Lambda or of this machine's threads. */
export interface PoolProvider {
  readonly name: string;
  open(place: ProviderPlace): ProvidedFunctions;
}
