import type { ForeshardErrorName } from '../core/foreshard-error.ts';
import { isBadInput } from '../core/foreshard-error.ts';
import type { Settings } from '../core/settings.ts';
import type { Verdict } from '../run/release-shard.ts';
import type { ShardFailure, ShardRecord } from '../run/shard-record.ts';

/** Failures that more memory may cure; a larger tier has more vCPU too, so it cures a timeout as well. */
const TOO_SMALL: ReadonlySet<string> = new Set<ForeshardErrorName>(['OutOfMemory', 'ShardTimedOut']);

/** A death without a word is often memory too, but not at first sight: this many of them count as evidence. */
const SILENT_DEATHS_AS_EVIDENCE = 2;

/** The settings, or the settings with only those zones in which new work may start (see `openZones`). */
export interface Circumstances extends Pick<Settings, 'tiersMiB' | 'attemptMax'> {
  readonly zones: readonly string[];
}

/**
 * What becomes of a shard whose attempt failed: another attempt in another zone, or in a larger tier on evidence of
 * memory or time, or none.
 *
 * Bad input fails the same way everywhere, and what ran out of the largest tier's memory will again: both are poison at
 * once. Everything else is poison after `attemptMax` attempts.
 *
 * @param shard as it was claimed; where it was planned is in it, where the attempt really ran is not
 * @param failure with the zone of the worker, when it is known
 * @param circumstances without zones the pools are regional
 */
export function judgeFailure(
  shard: Pick<ShardRecord, 'attempts' | 'memoryTierMiB' | 'zone'>,
  failure: ShardFailure & { readonly zone?: string },
  circumstances: Circumstances,
): Verdict {
  const attempts = shard.attempts + 1;
  const larger = circumstances.tiersMiB.find((tier) => tier > shard.memoryTierMiB);
  const hopeless = failure.name === 'OutOfMemory' && larger === undefined;
  if (isBadInput(asError(failure)) || hopeless || attempts >= circumstances.attemptMax) {
    return { kind: 'poison', attempts };
  }
  if (isTooSmall(failure.name, attempts) && larger !== undefined) {
    return { kind: 'retry', attempts, memoryTierMiB: larger, zone: openZone(shard.zone, circumstances.zones) };
  }
  const zone = nextZone(failure.zone ?? shard.zone, circumstances.zones);
  return { kind: 'retry', attempts, memoryTierMiB: shard.memoryTierMiB, zone };
}

function asError({ name, message }: ShardFailure): Error {
  return Object.assign(new Error(message), { name });
}

function isTooSmall(name: string, attempts: number): boolean {
  return TOO_SMALL.has(name) || (name === 'WorkerDied' && attempts >= SILENT_DEATHS_AS_EVIDENCE);
}

/** More memory cures it, so it may stay where it is, unless nothing starts there any more. */
function openZone(zone: string, zones: readonly string[]): string {
  return zones.length === 0 || zones.includes(zone) ? zone : nextZone(zone, zones);
}

/** The open zone after this one, round and round; the same one when there is no other. */
function nextZone(zone: string, zones: readonly string[]): string {
  const others = zones.filter((other) => other !== zone);
  return others.find((other) => other > zone) ?? others[0] ?? zones[0] ?? zone;
}
