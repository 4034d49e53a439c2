import { defineTask } from '../../lib/run/define-task.ts';

interface ObjectRecord {
  readonly location: string;
}

/** Works on each object for as long as it says: waiting needs no processor, so any machine has eight slots for it. */
const paced = defineTask<unknown, ObjectRecord>({
  name: 'paced',
  async run({ input, objects, sleep, write }) {
    for await (const { records } of input) {
      for (const { location } of records) {
        const { waitMs } = JSON.parse(new TextDecoder().decode(await objects.get(location))) as { waitMs: number };
        await sleep(waitMs);
        write({ location, waitMs });
      }
    }
  },
});

export const tasks = [paced];
