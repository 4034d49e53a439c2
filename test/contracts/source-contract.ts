import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { Source } from '../../lib/run/define-source.ts';
import type { ReadBlock } from '../../lib/run/input/read-range.ts';
import { rangeCountMax } from '../../lib/shards/cut-ranges.ts';
import { type DataRange, InputLayout } from '../../lib/shards/input-layout.ts';

/** A data source as sharder and workers use it. */
export interface SourceUnderTest {
  /** What it consists of, and where it can be cut. */
  layout(): Promise<InputLayout>;
  /** A range of it, block by block; each block says how far into the layout the reader is behind it. */
  read(range: DataRange): AsyncIterable<ReadBlock>;
  /** All its records, in order. */
  readonly records: readonly unknown[];
}

/** A source of the user's own, over stores in which its input lies. */
export interface CustomSource<Params> {
  readonly objects: ObjectStore;
  readonly location: string;
  readonly params: Params;
  /** All its records, in order. */
  readonly records: readonly unknown[];
}

/** {@link sourceContract} for what `defineSource` makes. */
export function customSourceContract<Params>(source: Source<Params>, open: () => Promise<CustomSource<Params>>): void {
  sourceContract(source.name, async () => {
    const { records, ...request } = await open();
    const layout = await source.layout(request);
    return { layout: async () => layout, read: (range) => source.read({ ...request, layout, range }), records };
  });
}

/** What every data source must do: ranges that join give every record exactly once, and reading goes on behind any block. */
export function sourceContract(name: string, open: () => Promise<SourceUnderTest>): void {
  describe(`data source: ${name}`, () => {
    it('is laid out end to end, with room for at least one range', async () => {
      const layout = InputLayout.parse(await (await open()).layout());
      expect(layout.segments.reduce((sum, { units }) => sum + units, 0)).toBe(layout.unitCount);
      expect(rangeCountMax(layout)).toBeGreaterThan(0);
    });

    it('gives every record exactly once, wherever it is cut', async () => {
      const source = await open();
      const layout = await source.layout();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(), { maxLength: 5 }), async (cuts) => {
          const read: unknown[] = [];
          for (const range of rangesOf(layout, cuts)) read.push(...(await recordsOf(source.read(range))));
          expect(read).toEqual(source.records);
        }),
        { numRuns: 50 },
      );
    });

    it('goes on behind any block as if it had not stopped', async () => {
      const source = await open();
      const whole = { start: 0, end: (await source.layout()).unitCount };
      const before: unknown[] = [];
      for await (const { records, end } of source.read(whole)) {
        before.push(...records);
        expect(end).toBeLessThanOrEqual(whole.end);
        expect([...before, ...(await recordsOf(source.read({ start: end, end: whole.end })))]).toEqual(source.records);
      }
      expect(before).toEqual(source.records);
    });
  });
}

/** Ranges end where the layout allows it: anywhere, or at the borders of its segments. */
function rangesOf({ unitCount, segments, cutInside }: InputLayout, cuts: readonly number[]): readonly DataRange[] {
  let units = 0;
  const borders = segments.map((segment) => {
    units += segment.units;
    return units;
  });
  const allowed = cuts.map((cut) => (cutInside ? cut % (unitCount + 1) : (borders[cut % borders.length] ?? 0)));
  const ends = [...allowed.sort((a, b) => a - b), unitCount];
  return ends.map((end, at) => ({ start: ends[at - 1] ?? 0, end })).filter(({ start, end }) => start < end);
}

async function recordsOf(blocks: AsyncIterable<ReadBlock>): Promise<readonly unknown[]> {
  const records: unknown[] = [];
  for await (const block of blocks) records.push(...block.records);
  return records;
}
