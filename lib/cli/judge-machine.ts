import { MIB_PER_VCPU } from '../plan/pool.ts';
import { countText } from '../report/text/count-text.ts';
import type { MachineFacts } from './machine-facts.ts';

/** One thing that `doctor` looked at. */
export interface Finding {
  readonly check: string;
  /** `warn` will work, but not well; `bad` will not. */
  readonly state: 'ok' | 'warn' | 'bad';
  readonly found: string;
  readonly remedy?: string;
}

/** Node runs TypeScript as it is from here on. */
const NODE_MIN = [22, 18] as const;
/** The version that is tested. */
const NODE_MAJOR = 24;
const FREE_DISK_MIN_MIB = 256;
const FREE_DISK_GOOD_MIB = 2_048;

/** Judges a machine, check by check; each that is not ok says what to do. */
export function judgeMachine(facts: MachineFacts): readonly Finding[] {
  return [
    nodeFinding(facts),
    coresFinding(facts),
    memoryFinding(facts),
    diskFinding(facts),
    problemFinding('folder', facts.homeProblem, {
      found: `${facts.home} can be written`,
      remedy: 'give this user write access, or choose another folder with --home',
    }),
    problemFinding('lock', facts.lockProblem, {
      found: 'no other process uses the folder',
      remedy: 'wait until the other process has ended, or choose another folder with --home',
    }),
    problemFinding('loopback', facts.loopbackProblem, {
      found: 'a local server can listen on 127.0.0.1',
      remedy: 'allow this process to listen on 127.0.0.1: the tables are served there',
    }),
    problemFinding('task code', facts.tasksProblem, {
      found: `${countText(facts.taskCount)} tasks`,
      remedy: 'mend the module, or name another one with --tasks',
    }),
  ];
}

function nodeFinding({ nodeVersion }: MachineFacts): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const runs = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const base = { check: 'node', found: `Node ${nodeVersion}` };
  if (major === NODE_MAJOR) return { ...base, state: 'ok' };
  const remedy = `use Node ${NODE_MAJOR}: npm ci brings it, and npm scripts and npx use it`;
  return { ...base, state: runs ? 'warn' : 'bad', remedy };
}

function coresFinding({ vcpuCount }: MachineFacts): Finding {
  const base = { check: 'processors', found: `${vcpuCount} that this process may use` };
  if (vcpuCount >= 2) return { ...base, state: 'ok' };
  return { ...base, state: 'warn', remedy: 'use a machine with two or more: with one, shards run one after the other' };
}

function memoryFinding({ memoryMiB }: MachineFacts): Finding {
  const base = { check: 'memory', found: `${countText(memoryMiB)} MiB` };
  if (memoryMiB >= 2 * MIB_PER_VCPU) return { ...base, state: 'ok' };
  const remedy = `have ${countText(2 * MIB_PER_VCPU)} MiB or more: the smallest worker stands for ${countText(MIB_PER_VCPU)} MiB`;
  return { ...base, state: 'warn', remedy };
}

function diskFinding({ freeDiskMiB, home }: MachineFacts): Finding {
  const base = { check: 'disk', found: `${countText(freeDiskMiB)} MiB free` };
  if (freeDiskMiB >= FREE_DISK_GOOD_MIB) return { ...base, state: 'ok' };
  const remedy = `free some space where ${home} lies, or choose another folder with --home`;
  return { ...base, state: freeDiskMiB >= FREE_DISK_MIN_MIB ? 'warn' : 'bad', remedy };
}

function problemFinding(
  check: string,
  problem: string | undefined,
  { found, remedy }: { readonly found: string; readonly remedy: string },
): Finding {
  return problem === undefined ? { check, state: 'ok', found } : { check, state: 'bad', found: problem, remedy };
}
