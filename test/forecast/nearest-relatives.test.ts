import { expect, it } from 'vitest';
import { nearestRelatives, stepNames } from '../../lib/forecast/nearest-relatives.ts';
import type { Profile } from '../../lib/profile/profile.ts';
import { aSample } from './a-sample.ts';

function profiles(...types: readonly string[]): ReadonlyMap<string, Profile> {
  return new Map(
    types.map((type) => [
      type,
      { type, samples: [aSample({ durationMs: 900, shard: type })], committedCount: 1, failedCount: 0, failures: [] },
    ]),
  );
}

it('reads the steps of a type', () => {
  expect(stepNames('clean@1')).toEqual(['clean']);
  expect(stepNames('clean@12+sort@2')).toEqual(['clean', 'sort']);
});

it('takes another version of the same task before a chain that holds it, and nothing else', () => {
  const relatives = nearestRelatives('clean@3', profiles('clean@2', 'clean@1', 'clean@1+sort@1', 'sort@1'));
  expect(relatives?.types).toEqual(['clean@1', 'clean@2']);
  expect(relatives?.kinship).toBe(1);
});

it('takes from a chain what one step of it takes', () => {
  const relatives = nearestRelatives('clean@3', profiles('clean@1+sort@1+cut@1', 'join@1'));
  expect(relatives?.samples.map(({ durationMs }) => durationMs)).toEqual([300]);
  expect(relatives?.kinship).toBeCloseTo(1 / 3, 12);
});

it('finds none where no step is shared, and never the type itself', () => {
  expect(nearestRelatives('clean@1', profiles('sort@1', 'clean@1'))).toBeUndefined();
});
