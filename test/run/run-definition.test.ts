import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineTask } from '../../lib/run/define-task.ts';
import { loadDefinition, StartRequest } from '../../lib/run/run-definition.ts';
import { hasDocument, readDocument, writeDocument } from '../../lib/run/run-document.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

const pass = defineTask({ name: 'pass', run: async () => undefined });
const WORKFLOW = {
  version: 1,
  name: 'w',
  deadline: '90s',
  operations: [{ id: 'a', task: 'pass', input: { kind: 'keys', from: 0, to: 9 } }],
};
const services = () => memoryServices({ tasks: [pass], startAt: 5_000 });

describe('loadDefinition', () => {
  it('parses the workflow of the request, sets its deadline from now and stores it', async () => {
    const at = services();
    const definition = await loadDefinition({ workflow: WORKFLOW }, 'r', at);
    expect(definition).toMatchObject({ startedAt: 5_000, deadlineAt: 95_000, workflow: { name: 'w', priority: 5 } });
    await at.clock.pass(30_000);
    // a run that goes on keeps its deadline, whatever the request says then
    expect(await loadDefinition({ workflow: { ...WORKFLOW, deadline: '1s' } }, 'r', at)).toEqual(definition);
    expect(await loadDefinition({ run: 'r' }, 'r', at)).toEqual(definition);
  });

  it('reads the workflow from where it lies', async () => {
    const at = services();
    await at.objects.put('w.json', new TextEncoder().encode(JSON.stringify(WORKFLOW)));
    expect(await loadDefinition({ workflow: 'w.json' }, 'r', at)).toMatchObject({ workflow: { name: 'w' } });
  });

  it.each([
    ['UnknownRun', { run: 'r' }],
    ['MissingObject', { workflow: 'nowhere.json' }],
    ['InvalidWorkflow', { workflow: 'broken.json' }],
    ['UnknownTask', { workflow: { ...WORKFLOW, operations: [{ ...WORKFLOW.operations[0], task: 'sort' }] } }],
  ])('refuses with %s, and stores nothing', async (name, request) => {
    const at = services();
    await at.objects.put('broken.json', new TextEncoder().encode('{"version": 1,'));
    await expect(loadDefinition(request, 'r', at)).rejects.toMatchObject({ name });
    expect(await hasDocument(at.objects, { run: 'r', name: 'definition' })).toBe(false);
  });
});

describe('StartRequest', () => {
  it.each([{ run: 'a b' }, { run: 'x'.repeat(81) }, { run: '' }, { workflow: '' }, { workflow: 7 }, { other: 1 }])(
    'refuses %j',
    (request) => {
      expect(StartRequest.safeParse(request).success).toBe(false);
    },
  );
});

describe('run documents', () => {
  const Schema = z.strictObject({ size: z.number() });
  const plan = { run: 'r', name: 'plan' } as const;

  it('are read as they were written last, each of its own run', async () => {
    const { objects } = services();
    expect(await hasDocument(objects, plan)).toBe(false);
    for (const size of [1, 2]) {
      await writeDocument(objects, plan, { size });
      expect(await readDocument(objects, plan, Schema)).toEqual({ size });
    }
    expect(await hasDocument(objects, { ...plan, run: 'other' })).toBe(false);
  });

  it('are refused by name when they are missing, no JSON, or not as they should be', async () => {
    const { objects } = services();
    await expect(readDocument(objects, plan, Schema)).rejects.toMatchObject({ name: 'MissingObject' });
    await objects.put('runs/r/plan.json', new TextEncoder().encode('{"size": '));
    await expect(readDocument(objects, plan, Schema)).rejects.toMatchObject({ name: 'CorruptData' });
    await writeDocument(objects, plan, { size: 'large' });
    await expect(readDocument(objects, plan, Schema)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('runs/r/plan.json'),
    });
  });
});
