import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIntake } from '../../../lib/run/input/read-intake.ts';
import { STEP_UNITS } from '../../../lib/shards/backlog-layout.ts';

const listOf = (sizes: readonly number[]) => ({
  objects: sizes.map((sizeBytes, at) => ({ location: `in/${at}`, sizeBytes, arrivedAt: 0 })),
});
const locations = (blocks: Iterable<{ readonly records: readonly unknown[] }>) =>
  [...blocks].flatMap(({ records }) => records.map((record) => (record as { location: string }).location));

const sizes = fc.array(fc.oneof(fc.nat(1_000), fc.constant(0), fc.nat(1e9)), { maxLength: 30 });

describe('readIntake', () => {
  it('gives every object of a step exactly once, wherever the step is cut', () => {
    fc.assert(
      fc.property(sizes, fc.nat(9), fc.array(fc.nat(STEP_UNITS)), (given, step, cuts) => {
        const first = step * STEP_UNITS;
        const borders = [first, ...cuts.sort((a, b) => a - b).map((cut) => first + cut), first + STEP_UNITS];
        const list = listOf(given);
        const read = borders.slice(1).flatMap((end, at) => {
          const start = borders[at] ?? first;
          return start < end ? locations(readIntake(list, { start, end })) : [];
        });
        expect(read).toEqual(list.objects.map(({ location }) => location));
      }),
    );
  });

  it('goes on behind any block as if it had not stopped', () => {
    fc.assert(
      fc.property(sizes, fc.nat(30), (given, pick) => {
        const list = listOf(given);
        const range = { start: 0, end: STEP_UNITS };
        const blocks = [...readIntake(list, range)];
        const at = blocks.length === 0 ? 0 : pick % blocks.length;
        const resumed = blocks.slice(0, at + 1);
        const rest = readIntake(list, { start: resumed.at(-1)?.end ?? 0, end: STEP_UNITS });
        expect([...locations(resumed), ...locations(rest)]).toEqual(list.objects.map(({ location }) => location));
      }),
    );
  });

  it('lays objects over the step by their bytes', () => {
    const ends = [...readIntake(listOf([299, 99, 599]), { start: 0, end: STEP_UNITS })].map(({ end }) => end);
    expect(ends).toEqual([300_000, 400_000, 1_000_000]);
  });
});
