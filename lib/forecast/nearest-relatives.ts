import { byCodeUnit } from '../core/by-code-unit.ts';
import type { ShardType } from '../core/ids.ts';
import type { Profile, Sample } from '../profile/profile.ts';

/** What a type never seen borrows. */
export interface Relatives {
  readonly types: readonly ShardType[];
  /** Their samples, scaled from their number of steps to that of the new type. */
  readonly samples: readonly Sample[];
  /** In (0, 1]: 1 when the very same steps were seen at another version. */
  readonly kinship: number;
}

/**
 * Finds the seen types that share most steps with a new one: the same tasks at another version, or chains that hold
 * some of them.
 *
 * Kinship is the Jaccard index of the step names. All types of the highest kinship lend their samples; a chain of
 * several tasks lends what one task of it takes on average.
 *
 * @returns undefined when no seen type shares a step
 * @complexity O(p) for p profiles
 */
export function nearestRelatives(type: ShardType, profiles: ReadonlyMap<ShardType, Profile>): Relatives | undefined {
  const wanted = stepNames(type);
  const seen = [...profiles.values()].filter((profile) => profile.type !== type && profile.samples.length > 0);
  const ranked = seen.map((profile) => ({ profile, kinship: jaccard(wanted, stepNames(profile.type)) }));
  const kinship = Math.max(0, ...ranked.map((candidate) => candidate.kinship));
  if (kinship === 0) return undefined;
  const nearest = ranked.filter((candidate) => candidate.kinship === kinship).map(({ profile }) => profile);
  return {
    types: nearest.map((profile) => profile.type).sort(byCodeUnit),
    samples: nearest.flatMap((profile) => scaled(profile, wanted.length)),
    kinship,
  };
}

/** `clean@1+sort@2` runs the steps clean and sort. */
export function stepNames(type: ShardType): readonly string[] {
  return type.split('+').map((step) => step.slice(0, step.lastIndexOf('@') < 0 ? undefined : step.lastIndexOf('@')));
}

function jaccard(a: readonly string[], b: readonly string[]): number {
  const union = new Set([...a, ...b]);
  const shared = [...union].filter((name) => a.includes(name) && b.includes(name));
  return shared.length / union.size;
}

function scaled({ type, samples }: Profile, stepCount: number): readonly Sample[] {
  const factor = stepCount / stepNames(type).length;
  if (factor === 1) return samples;
  return samples.map((sample) => ({
    ...sample,
    durationMs: sample.durationMs * factor,
    cpuMs: sample.cpuMs * factor,
    ioMs: sample.ioMs * factor,
  }));
}
