import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../lib/workflow/definition.ts';
import { parseWorkflow } from '../../lib/workflow/parse-workflow.ts';
import { readWfFormat } from '../../lib/workflow/read-wf-format.ts';
import { safeIds } from '../../lib/workflow/safe-ids.ts';

const tasks = new Map([['replay', {}]]);
const genome: unknown = JSON.parse(readFileSync('events/genome.wf.json', 'utf8'));

interface RecordedTask {
  readonly id: string;
  readonly parents?: readonly string[];
  readonly children?: readonly string[];
  readonly inputFiles?: readonly string[];
  readonly outputFiles?: readonly string[];
}

/** An instance in which every task ran for 10 s at half a core, unless told otherwise. */
function instance(recorded: readonly RecordedTask[], executed: Readonly<Record<string, object>> = {}) {
  const files = [
    { id: 'large', sizeInBytes: 100 * 1_048_576 },
    { id: 'small', sizeInBytes: 1_000 },
  ];
  const runs = recorded.map(({ id }) => ({ id, runtimeInSeconds: 10, avgCPU: 50, ...executed[id] }));
  return {
    name: 'made up',
    schemaVersion: '1.5',
    workflow: { specification: { tasks: recorded, files }, execution: { tasks: runs } },
  };
}

function read(json: unknown, scale = 1) {
  return parseWorkflow(readWfFormat(json, { scale, deadline: '10m' }), tasks);
}

function only(json: unknown, scale = 1): Operation {
  return read(json, scale).operations[0] as Operation;
}

describe('readWfFormat', () => {
  it('makes of events/genome.wf.json what lies beside it, byte for byte', async () => {
    const workflow = readWfFormat(genome, { scale: 0.01, deadline: '2m' });
    await expect(`${JSON.stringify(workflow, null, 2)}\n`).toMatchFileSnapshot('../../events/genome.workflow.json');
    expect(parseWorkflow(workflow, tasks)).toEqual(workflow);
  });

  it('takes an edge that is named at the parent, at the child or at both as one', () => {
    const { operations } = read(
      instance([
        { id: 'a', children: ['b', 'c'] },
        { id: 'b', parents: ['a'] },
        { id: 'c' },
        { id: 'd', parents: ['c', 'a'] },
      ]),
    );
    expect(operations.map(({ id, after }) => [id, after])).toEqual([
      ['a', []],
      ['b', [{ operation: 'a', edge: 'narrow' }]],
      ['c', [{ operation: 'a', edge: 'narrow' }]],
      ['d', ['a', 'c'].map((operation) => ({ operation, edge: 'narrow' }))],
    ]);
  });

  it('takes run time by mean load for CPU time, and the sizes of its files for what a task moves', () => {
    const recorded = [{ id: 'a', inputFiles: ['large', 'small', 'large', 'unknown'], outputFiles: ['small'] }];
    const json = instance(recorded, { a: { runtimeInSeconds: 20, avgCPU: 180, memoryInBytes: 64 * 1_048_576 } });
    expect(only(json)).toMatchObject({
      task: 'replay',
      divisible: false,
      params: { cpuMs: 36_000, memoryMiB: 64, readBytes: 104_858_600, writeBytes: 1_000 },
      estimates: { cpuSeconds: 36, memoryMiB: 64, bytes: 104_858_600 },
    });
    expect(only(json, 0.5).params).toEqual({ cpuMs: 18_000, memoryMiB: 32, readBytes: 52_429_300, writeBytes: 500 });
  });

  it.each([
    ['is missing', undefined],
    ['is 0', 0],
  ])('imputes the memory that %s', (_, memoryInBytes) => {
    // 0.25 GiB + 1.5 x 100 MiB
    const json = instance([{ id: 'a', inputFiles: ['large'] }], { a: { memoryInBytes } });
    expect(only(json).params).toMatchObject({ memoryMiB: 406 });
    const moved = instance([{ id: 'a', inputFiles: ['large'] }]);
    moved.workflow.specification.files[0] = { id: 'large', sizeInBytes: 1e12 };
    expect(only(moved).params).toMatchObject({ memoryMiB: 8_192 });
  });

  it('stays sane at tiny and at huge scales', () => {
    const json = instance([{ id: 'a', inputFiles: ['large'] }], { a: { runtimeInSeconds: 0 } });
    expect(only(json, 1e-9).params).toEqual({ cpuMs: 0, memoryMiB: 1, readBytes: 0, writeBytes: 0 });
    expect(only(json, 1_000).params).toMatchObject({ memoryMiB: 10_240 });
  });

  it.each([
    ['another version', { ...instance([{ id: 'a' }]), schemaVersion: '1.4' }, 'InvalidInput', 'schemaVersion'],
    ['no tasks', instance([]), 'InvalidInput', 'workflow.specification.tasks'],
    ['two tasks with one id', instance([{ id: 'a' }, { id: 'a' }]), 'InvalidInput', "two tasks have the id 'a'"],
    ['a parent that is no task', instance([{ id: 'a', parents: ['b'] }]), 'DanglingEdge', "'a' names 'b'"],
    ['a child that is no task', instance([{ id: 'a', children: ['b'] }]), 'DanglingEdge', "'a' names 'b'"],
    [
      'a run time below 0',
      instance([{ id: 'a' }], { a: { runtimeInSeconds: -1 } }),
      'InvalidInput',
      'runtimeInSeconds',
    ],
    ['a task that never ran', instance([{ id: 'a' }], { a: { id: 'b' } }), 'InvalidInput', "task 'a' is specified"],
    ['no object', 'genome', 'InvalidInput', 'WfFormat 1.5'],
  ])('refuses %s', (_, json, name, part) => {
    expect(() => read(json)).toThrow(expect.objectContaining({ name, message: expect.stringContaining(part) }));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the scale %s', (scale) => {
    expect(() => read(genome, scale)).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });

  it('finds the ring in a recording that has one', () => {
    const ring = instance([
      { id: 'a', parents: ['b'] },
      { id: 'b', parents: ['a'] },
    ]);
    expect(() => read(ring)).toThrow(expect.objectContaining({ name: 'CyclicWorkflow' }));
  });
});

describe('readWfFormat on recorded workflows', () => {
  const folder = join(process.env.FORESHARD_DATA ?? '', 'workflows');
  const files =
    process.env.FORESHARD_DATA && existsSync(folder)
      ? readdirSync(folder).filter((name) => name.endsWith('.json.gz'))
      : [];

  it.skipIf(files.length === 0)(
    'takes every instance, task by task (FORESHARD_DATA names a folder with workflows/)',
    () => {
      for (const file of files) {
        const json = JSON.parse(gunzipSync(readFileSync(join(folder, file))).toString());
        const { operations } = read(json, 1 / 200);
        expect(operations.length, file).toBe(json.workflow.specification.tasks.length);
      }
    },
  );
});

describe('safeIds', () => {
  it('gives each text its own id, whatever the text, the same one each time', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a', 'a-2', 'a.2', 'a-3', '_', '', 'x'.repeat(80)),
    );
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const ids = safeIds(texts);
        expect(new Set(ids).size).toBe(texts.length);
        for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9][\w-]{0,63}$/);
        expect(safeIds(texts)).toEqual(ids);
      }),
    );
  });

  it('keeps what is safe and the end of what is long', () => {
    expect(safeIds(['split_1', 'NFCORE.RNASEQ.GUNZIP_3', `${'x'.repeat(70)}_12`])).toEqual([
      'split_1',
      'NFCORE-RNASEQ-GUNZIP_3',
      `${'x'.repeat(61)}_12`,
    ]);
  });
});
