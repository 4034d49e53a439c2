import { defineTask } from 'foreshard';
import * as z from 'zod';

/** A task: how often each word of at least so many letters comes in a shard's lines. */
export const countWords = defineTask<{ letters: number }, { text: string }>({
  name: 'count-words',
  params: z.strictObject({ letters: z.int().positive().default(1) }),
  async run({ params, input, write, signal }) {
    const counts = new Map<string, number>();
    for await (const { records } of input) {
      if (signal.aborted) return;
      for (const { text } of records) {
        for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
          if (word.length >= params.letters) counts.set(word, (counts.get(word) ?? 0) + 1);
        }
      }
    }
    // equal keys meet in one shard behind a wide edge
    for (const [word, count] of counts) write({ word, count }, word);
  },
});
