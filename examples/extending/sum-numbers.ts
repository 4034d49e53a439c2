import { defineTask } from 'foreshard';

/** A task for the numbers of the source `fixed-width`, and for sums of them. */
export const sumNumbers = defineTask<unknown, number>({
  name: 'sum-numbers',
  async run({ input, write }) {
    let sum = 0;
    for await (const { records } of input) for (const value of records) sum += value;
    write(sum);
  },
});
