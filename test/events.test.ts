import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StageContext, StageHandler } from '../functions/stage.ts';
import { handlers } from '../lib/cli/handlers.ts';
import { taskRegistry } from '../lib/run/define-task.ts';
import { tasks } from '../lib/tasks/built-in-tasks.ts';
import { parseWorkflow } from '../lib/workflow/parse-workflow.ts';

const EVENTS = join(import.meta.dirname, '../events');
const read = (file: string): unknown => JSON.parse(readFileSync(join(EVENTS, file), 'utf8'));

/** Services that nobody reaches with an event that is refused: the first use of one proves that it was accepted. */
const reached = new Error('the event was accepted');
const services = new Proxy(
  {},
  {
    get() {
      throw reached;
    },
  },
);
const context = { services, awsRequestId: '1', getRemainingTimeInMillis: () => 1_000 } as unknown as StageContext;

describe('events', () => {
  it.each(globSync('*.event.json', { cwd: EVENTS }))('%s is what its function takes', async (file) => {
    const name = file.replace('.event.json', '');
    // Slots call the worker and CloudFormation the cleaner: the embedded runtime has neither among its stages.
    const handler = handlers.get(name) ?? (await import(`../functions/${name}.ts`)).handler;
    const call = handler as StageHandler<unknown>;
    await expect(call(read(file), context)).rejects.toBe(reached);
    await expect(
      call({ ...(read(file) as object), run: 7, execution: 7, RequestType: 7 }, context),
    ).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining(`event of the ${name}`),
    });
  });

  it.each(globSync('*.workflow.json', { cwd: EVENTS }))('%s can be run with the built-in tasks', (file) => {
    expect(parseWorkflow(read(file), taskRegistry(tasks)).operations.length).toBeGreaterThan(0);
  });
});
