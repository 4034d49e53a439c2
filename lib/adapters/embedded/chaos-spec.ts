import { ForeshardError } from '../../core/foreshard-error.ts';
import type { DurationMs } from '../../core/quantity.ts';
import { parseDuration } from '../../workflow/deadline.ts';
import { nearestName } from '../../workflow/nearest-name.ts';

/** A stretch of time, counted from the start of the runtime. */
export interface ChaosWindow {
  readonly fromMs: DurationMs;
  readonly forMs: DurationMs;
}

/** What shall go wrong in the embedded runtime, and how often. It survives a structured clone. */
export interface ChaosSpec {
  /** Decides every chance below. */
  readonly seed: number;
  /** The share of the working slots that is killed at the end of each stretch of time. */
  readonly kill?: { readonly share: number; readonly everyMs: DurationMs };
  /** The share of the requests to the table that is kept back, and for how long at the most. */
  readonly delay?: { readonly share: number; readonly upToMs: DurationMs };
  /** The share of the requests to the table that gets lost: half of them, or the answers to half of them. */
  readonly dropShare?: number;
  /** Zones that are gone for a time: their workers die, and new ones do not start. */
  readonly zones: readonly (ChaosWindow & { readonly zone: string })[];
  /** When no write finds room on the disk. */
  readonly diskFull: readonly ChaosWindow[];
  /** Shards, or operations, whose first output has a wrong byte on the disk. */
  readonly corrupt: readonly string[];
  /** Shards, or operations, whose first output is cut off in the middle on the disk. */
  readonly truncate: readonly string[];
}

/** What each fault is written as. */
const FORMS: ReadonlyMap<string, string> = new Map([
  ['seed', 'seed=7'],
  ['kill', 'kill=1/3@1s'],
  ['delay', 'delay=10%@50ms'],
  ['drop', 'drop=2%'],
  ['zone', 'zone=local-b@2s+5s'],
  ['disk', 'disk=3s+500ms'],
  ['corrupt', 'corrupt=clean/0'],
  ['truncate', 'truncate=clean/0'],
]);

/** What a specification may look like, for help and for messages. */
export const CHAOS_FORMS = [...FORMS.values()].join(',');

type Fault = readonly [kind: string, value: string];

/**
 * Reads a specification of faults: `kill=1/3@1s,zone=local-b@2s+5s`.
 *
 * @param seed for a specification that names none
 * @throws {ForeshardError} `InvalidInput` naming the fault that cannot be read and how it is written
 */
export function parseChaos(text: string, seed: number): ChaosSpec {
  const faults = text.split(',').map((fault) => splitFault(fault.trim()));
  const values = (kind: string) => faults.flatMap(([one, value]) => (one === kind ? [value] : []));
  const once = <T>(kind: string, read: (value: string) => T): T | undefined => {
    const [first, second] = values(kind);
    if (second !== undefined) throw refused(`${kind}=${second}`, 'it is given twice');
    return first === undefined ? undefined : read(first);
  };
  const kill = once('kill', (value) => shareAt(value, 'kill'));
  const delay = once('delay', (value) => shareAt(value, 'delay'));
  const dropShare = once('drop', (value) => share(value, `drop=${value}`));
  return {
    seed: once('seed', readSeed) ?? seed,
    ...(kill && { kill: { share: kill.share, everyMs: kill.durationMs } }),
    ...(delay && { delay: { share: delay.share, upToMs: delay.durationMs } }),
    ...(dropShare !== undefined && { dropShare }),
    zones: values('zone').map(zoneWindow),
    diskFull: values('disk').map((value) => window(value, `disk=${value}`)),
    corrupt: values('corrupt'),
    truncate: values('truncate'),
  };
}

function splitFault(fault: string): Fault {
  const [, kind = '', value = ''] = /^([^=]*)=(.+)$/.exec(fault) ?? [];
  if (FORMS.has(kind) && value !== '') return [kind, value];
  const [word = ''] = fault.split('=');
  if (FORMS.has(word)) throw refused(fault, `it is written like ${FORMS.get(word)}`);
  const meant = nearestName(word, FORMS.keys());
  throw refused(fault, `${meant === undefined ? 'there is no such fault' : `did you mean '${meant}'`}`);
}

function readSeed(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw refused(`seed=${value}`, 'a seed is a whole number of at most 9 digits');
}

function shareAt(value: string, kind: string): { readonly share: number; readonly durationMs: DurationMs } {
  const fault = `${kind}=${value}`;
  const [first = '', second = ''] = value.split('@');
  return { share: share(first, fault), durationMs: duration(second, fault) };
}

/** `1/3`, `33%` or `0.33`. */
function share(text: string, fault: string): number {
  const [, above = '', kind, below = ''] = /^(\d+(?:\.\d+)?)(?:(\/)(\d+)|%)?$/.exec(text) ?? [];
  const divisor = text.endsWith('%') ? 100 : kind ? Number(below) : 1;
  const value = above === '' ? Number.NaN : Number(above) / divisor;
  if (value > 0 && value <= 1) return value;
  throw refused(fault, `'${text}' is no share above 0 and up to 1, such as 1/3, 30% or 0.3`);
}

function duration(text: string, fault: string, { zero = false } = {}): DurationMs {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined && (durationMs > 0 || (zero && durationMs === 0))) return durationMs;
  throw refused(fault, `'${text}' is no duration such as 500ms, 3s or 2m`);
}

function zoneWindow(value: string): ChaosWindow & { readonly zone: string } {
  const fault = `zone=${value}`;
  const at = value.lastIndexOf('@');
  if (at < 1) throw refused(fault, `it is written like ${FORMS.get('zone')}`);
  return { zone: value.slice(0, at), ...window(value.slice(at + 1), fault) };
}

/** `3s+500ms`: from when, and for how long. */
function window(text: string, fault: string): ChaosWindow {
  const [from = '', length = '', ...rest] = text.split('+');
  if (rest.length > 0) throw refused(fault, `'${text}' is no stretch of time such as 3s+500ms`);
  return { fromMs: duration(from, fault, { zero: true }), forMs: duration(length, fault) };
}

function refused(fault: string, why: string): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `--chaos has '${fault}': ${why}; give one or more of ${CHAOS_FORMS}, separated by commas`,
  );
}

/** True while one of the windows is open. */
export function isWithin(windows: readonly ChaosWindow[], elapsedMs: DurationMs): boolean {
  return windows.some(({ fromMs, forMs }) => fromMs <= elapsedMs && elapsedMs < fromMs + forMs);
}
