import type { DurationMs, MemoryMiB } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import type { Settings } from '../core/settings.ts';
import type { Extensions } from '../run/extensions.ts';
import type { Clock } from './clock.ts';
import type { Executions } from './executions.ts';
import type { Functions } from './functions.ts';
import type { Metrics } from './metrics.ts';
import type { ObjectStore } from './object-store.ts';
import type { Provisioning } from './provisioning.ts';
import type { Table } from './table.ts';

/** Decoders that JavaScript has not and the runtime has. */
export interface Codecs {
  zstd(input: Uint8Array): Uint8Array;
  gzip(input: Uint8Array): Uint8Array;
  brotli(input: Uint8Array): Uint8Array;
}

/** What the thread has used so far; a difference of two readings is what a shard has used. */
export interface Meter {
  /** CPU time of this thread since it started. */
  cpuMs(): DurationMs;
  /** Memory that this thread holds now. */
  memoryMiB(): MemoryMiB;
}

/** Everything outside the program that a stage's handler may touch. */
export interface Services extends Extensions {
  readonly table: Table;
  readonly objects: ObjectStore;
  /**
   * The second store, of outputs whose operations ask for a replica; under the keys that they have in the first.
   *
   * @default - there is none, and definitions that ask for one are refused
   */
  readonly replicas?: ObjectStore | undefined;
  readonly metrics: Metrics;
  readonly functions: Functions;
  /** Nothing where started environments are not for sale: embedded, and in stacks that do not want them. */
  readonly provisioning?: Provisioning;
  readonly executions: Executions;
  /** The physical zone of this process (`use1-az1`), where that can be known. */
  readonly zoneId?: () => Promise<string | undefined>;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly codecs: Codecs;
  readonly meter: Meter;
}
