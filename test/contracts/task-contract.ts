import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../lib/run/define-task.ts';
import { TaskName } from '../../lib/workflow/task-name.ts';
import { blockOf, runTask, type Written } from '../run-task.ts';

export interface TaskUnderTest<In> {
  /** Records as the task may get them. */
  readonly records: fc.Arbitrary<readonly In[]>;
  readonly params?: Readonly<Record<string, unknown>>;
  /**
   * What a reader makes of the outputs of all shards: equal wherever the input is cut. For a task that writes one record
   * for each of its input, the records sorted; for one that counts, the sums by key.
   */
  readonly merge: (written: readonly Written[]) => unknown;
}

/** What every task must do: its result does not depend on how the input is cut, nor on how often a shard is tried. */
export function taskContract<Params, In>(task: Task<Params, In>, under: TaskUnderTest<In>): void {
  const { records, merge } = under;
  const run = (given: readonly (readonly In[])[]) =>
    runTask(task, { blocks: given.map((part) => blockOf(part)), ...(under.params && { params: under.params }) });

  describe(`task: ${task.name}`, () => {
    it('has a name that a definition may use, and a version', () => {
      expect(TaskName.safeParse(task.name).success).toBe(true);
      expect(task.version).toBeGreaterThan(0);
    });

    it('gives the same to those who read all its shards, wherever the input is cut', async () => {
      await fc.assert(
        fc.asyncProperty(records, fc.array(fc.nat(), { maxLength: 5 }), async (given, cuts) => {
          const whole = merge(await run([given]));
          const shards = await Promise.all(pieces(given, cuts).map((part) => run([part])));
          expect(merge(shards.flat())).toEqual(whole);
          expect(merge(await run(pieces(given, cuts)))).toEqual(whole);
        }),
        { numRuns: 50 },
      );
    });

    it('writes the same when a shard is tried again', async () => {
      await fc.assert(
        fc.asyncProperty(records, async (given) => {
          expect(await run([given])).toEqual(await run([given]));
        }),
        { numRuns: 25 },
      );
    });

    it('ends when it is told to stop, with or without an error', async () => {
      const [given = []] = fc.sample(records, { numRuns: 1, seed: 1 });
      const stopped = runTask(task, {
        blocks: [blockOf(given)],
        ...under,
        signal: AbortSignal.abort(new Error('stop')),
      });
      await Promise.race([stopped.catch(() => []), late()]);
    });
  });
}

function pieces<In>(given: readonly In[], cuts: readonly number[]): readonly (readonly In[])[] {
  const borders = [0, ...cuts.map((cut) => cut % (given.length + 1)).sort((a, b) => a - b), given.length];
  return borders.slice(1).map((end, at) => given.slice(borders[at], end));
}

async function late(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  throw new Error('the task went on for five seconds after it was told to stop');
}
