import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { workflowSchema } from '../../lib/workflow/workflow-schema.ts';

const FILE = '../../events/workflow.schema.json';

describe('workflowSchema', () => {
  it('is what events/workflow.schema.json holds (vitest run -u writes it anew)', async () => {
    await expect(`${JSON.stringify(workflowSchema(), null, 2)}\n`).toMatchFileSnapshot(FILE);
  });

  const samples = readdirSync('events').filter((name) => name.endsWith('.workflow.json'));
  const schema = z.fromJSONSchema(workflowSchema());

  it.each(samples)('accepts events/%s as an editor would', (name) => {
    expect(schema.safeParse(JSON.parse(readFileSync(`events/${name}`, 'utf8'))).error).toBeUndefined();
  });

  it.each([
    ['an unknown key', { taks: 'copy' }],
    ['an unknown edge', { after: [{ operation: 'a', edge: 'broad' }] }],
    ['an input without its location', { input: { kind: 'csv' } }],
  ])('refuses %s', (_, change) => {
    const operation = { id: 'b', task: 'copy' };
    const workflow = (extra: object) => ({
      version: 1,
      name: 'sample',
      deadline: '1m',
      operations: [{ ...operation, ...extra }],
    });
    expect(schema.safeParse(workflow({})).success).toBe(true);
    expect(schema.safeParse(workflow(change)).success).toBe(false);
  });

  it('tells an editor what every key of a definition and of an operation is', () => {
    const form = z.object({
      properties: z.record(z.string(), z.object({ description: z.string().optional() }).loose()),
    });
    const { properties } = form.parse(workflowSchema());
    const operation = form.parse(properties.operations?.items).properties;
    const silent = Object.entries({ ...properties, ...operation }).filter(([, { description }]) => !description);
    expect(silent.map(([key]) => key)).toEqual([]);
  });
});
