import { availableParallelism, totalmem } from 'node:os';
import type * as z from 'zod';
import { Settings } from '../../core/settings.ts';
import { vcpuOf } from '../../core/vcpu.ts';

/** What a machine has to give. */
export interface Machine {
  readonly vcpuCount: number;
  readonly memoryMiB: number;
}

const BYTES_PER_MIB = 1_048_576;
/** What is left to the operating system, the tables' server and this process. */
const MEMORY_SHARE = 0.75;
/** Two, so that losing one of them can be tried out. */
const ZONES = ['local-a', 'local-b'];

/** The machine that this process runs on, within the limits of its container. */
export function thisMachine(): Machine {
  return {
    vcpuCount: availableParallelism(),
    // A container without a limit says 2^64: the machine's own memory is a limit in any case.
    memoryMiB: Math.floor(Math.min(process.constrainedMemory() || totalmem(), totalmem()) / BYTES_PER_MIB),
  };
}

/**
 * What a server on the same machine allows: it answers in a millisecond or two, threads start in a fifth of a second,
 * and a worker that is killed is seen to be.
 */
const LOCAL = {
  workerPrefix: 'worker-',
  regional: false,
  leaseMs: 15_000,
  graceMs: 500,
  lingerMs: 1_000,
  pollMs: 15,
  monitorMinMs: 100,
  monitorMaxMs: 2_000,
  monitorStayMs: 0,
  startDelayMs: 200,
  shardOverheadMs: 30,
} as const;

/** What the user may say of the embedded installation: any setting; the machine gives the others. */
export type EmbeddedSettings = Partial<z.input<typeof Settings>>;

/**
 * @returns settings for one machine: two zones that share its processors, the tiers that its memory and its processors
 *   allow (the smallest in any case), and pauses that fit a local server, unless the user asks for something else
 * @throws {ZodError} when a setting is not of its type
 */
export function machineSettings(machine: Machine, asked: EmbeddedSettings = {}): Settings {
  const [smallest, ...larger] = Settings.parse({}).tiersMiB;
  const memoryMaxMiB = machine.memoryMiB * MEMORY_SHARE;
  const vcpuMax = asked.vcpuMax ?? machine.vcpuCount;
  const fits = (tierMiB: number) => tierMiB <= memoryMaxMiB && vcpuOf(tierMiB) <= vcpuMax;
  return Settings.parse({
    ...LOCAL,
    tiersMiB: [smallest, ...larger.filter(fits)],
    zones: ZONES,
    slotMax: Math.max(1, Math.ceil(machine.vcpuCount / ZONES.length)),
    vcpuMax: machine.vcpuCount,
    ...asked,
  });
}
