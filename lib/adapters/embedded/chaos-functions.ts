import { seededRandom } from '../../core/random.ts';
import type { Pool } from '../../plan/pool.ts';
import { PlatformFault } from '../platform-fault.ts';
import { type ChaosSpec, isWithin } from './chaos-spec.ts';
import type { ThreadFunctions } from './thread-functions.ts';

/** How often the windows of zones are looked at: what still works in a zone that has gone dies this soon. */
const ZONE_LOOK_MS = 50;

/** What was done to the workers so far. */
export interface ChaosCounts {
  readonly killed: number;
  readonly refused: number;
}

export interface ChaosFunctions extends Disposable {
  readonly functions: ThreadFunctions;
  counts(): ChaosCounts;
}

export interface ChaosFunctionsOptions {
  readonly spec: ChaosSpec;
  readonly pools: readonly Pool[];
  /** When the runtime started, by `Date.now()`. */
  readonly startedAt: number;
}

/** Kills workers at random, and takes zones away and gives them back: what Lambda does when hosts and zones fail. */
export function chaosFunctions(
  functions: ThreadFunctions,
  { spec, pools, startedAt }: ChaosFunctionsOptions,
): ChaosFunctions {
  const random = seededRandom(spec.seed);
  const zoneOf = new Map(pools.map(({ functionName, zone }) => [functionName, zone]));
  let killed = 0;
  let refused = 0;
  const isGone = (name: string) => {
    const zone = zoneOf.get(name);
    return isWithin(
      spec.zones.filter((one) => one.zone === zone),
      Date.now() - startedAt,
    );
  };
  const kill = (chosen: (name: string) => boolean) => {
    killed += functions.killWhere((name) => zoneOf.has(name) && chosen(name));
  };
  const { kill: slots } = spec;
  const timers = [
    ...(slots ? [setInterval(() => kill(() => random() < slots.share), slots.everyMs)] : []),
    ...(spec.zones.length > 0 ? [setInterval(() => kill(isGone), ZONE_LOOK_MS)] : []),
  ];
  for (const timer of timers) timer.unref();
  return {
    functions: {
      ...functions,
      async invoke(name, payload, options) {
        if (!isGone(name)) return functions.invoke(name, payload, options);
        refused += 1;
        throw new PlatformFault('WorkerDied', `'${name}' does not start: its zone is gone`);
      },
    },
    counts: () => ({ killed, refused }),
    [Symbol.dispose]() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
