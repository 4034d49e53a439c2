import { byCodeUnit } from '../core/by-code-unit.ts';
import { ForeshardError } from '../core/foreshard-error.ts';
import { AttemptKey, type Profile, SAMPLES_MAX, Sample } from './profile.ts';
import type { ShardAttempt } from './shard-attempt.ts';

/**
 * Adds attempts to what is known of their shard type. Merging an attempt again changes nothing, so a crash between
 * two merges, or a log line that comes twice, does no harm.
 *
 * An attempt that is older than all that a full list remembers counts as known. Attempts that lost to another one say
 * nothing about the type and are left out.
 *
 * @param profile what earlier runs left; undefined for a type never seen
 * @param attempts n attempts of one type, in any order
 * @throws {ForeshardError} `InvalidInput` when the attempts are of several types, or when there is nothing at all
 * @complexity O((n + s) log (n + s)) for s samples kept
 */
export function mergeProfile(profile: Profile | undefined, attempts: readonly ShardAttempt[]): Profile {
  const type = typeOf(profile, attempts);
  const committed = attempts.filter(({ outcome }) => outcome === 'committed').map(toSample);
  const failed = attempts.filter(({ outcome }) => outcome === 'failed').map(toKey);
  const samples = mergeNewest(profile?.samples ?? [], committed);
  const failures = mergeNewest(profile?.failures ?? [], failed);
  return {
    type,
    samples: samples.kept,
    committedCount: (profile?.committedCount ?? 0) + samples.addedCount,
    failedCount: (profile?.failedCount ?? 0) + failures.addedCount,
    failures: failures.kept,
  };
}

function typeOf(profile: Profile | undefined, attempts: readonly ShardAttempt[]): string {
  const types = new Set(attempts.map(({ type }) => type));
  if (profile) types.add(profile.type);
  const [type] = types;
  if (type === undefined || types.size > 1) {
    const found = [...types].sort(byCodeUnit).join(', ') || 'none';
    throw new ForeshardError(
      'InvalidInput',
      `a profile is of exactly one shard type, but these were given: ${found}; merge the attempts type by type`,
    );
  }
  return type;
}

/** The schemas are strict: the fields are named here, so that none is stored by accident. */
function toSample(attempt: ShardAttempt): Sample {
  return Sample.parse(only(attempt, Object.keys(Sample.shape)));
}

function toKey(attempt: ShardAttempt): AttemptKey {
  return AttemptKey.parse(only(attempt, Object.keys(AttemptKey.shape)));
}

function only(attempt: ShardAttempt, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attempt).filter(([field]) => fields.includes(field)));
}

function mergeNewest<Entry extends AttemptKey>(known: readonly Entry[], offered: readonly Entry[]) {
  const byIdentity = new Map(known.map((entry) => [identity(entry), entry]));
  const oldest = known.length < SAMPLES_MAX ? undefined : known[0];
  for (const entry of offered) {
    const forgotten = oldest !== undefined && byStart(entry, oldest) < 0;
    if (!forgotten && !byIdentity.has(identity(entry))) byIdentity.set(identity(entry), entry);
  }
  const kept = [...byIdentity.values()].sort(byStart).slice(-SAMPLES_MAX);
  return { kept, addedCount: byIdentity.size - known.length };
}

/** A tab cannot stand in a run or a shard. */
function identity({ run, shard, epoch }: AttemptKey): string {
  return `${run}\t${shard}\t${epoch}`;
}

/** Ties in time are broken by identity: the same attempts give the same profile in whatever order they came. */
function byStart(a: AttemptKey, b: AttemptKey): number {
  return a.startedAt - b.startedAt || byCodeUnit(identity(a), identity(b));
}
