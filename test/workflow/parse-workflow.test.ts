import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { parseWorkflow } from '../../lib/workflow/parse-workflow.ts';

const tasks = new Map<string, { params?: z.ZodType }>([
  ['copy', {}],
  ['count', {}],
  ['replay', { params: z.strictObject({ cpuMs: z.number().nonnegative(), note: z.string().optional() }) }],
]);

interface Draft {
  readonly id: string;
  readonly [key: string]: unknown;
}

function definition(operations: readonly unknown[], extra: object = {}) {
  return { version: 1, name: 'sample', deadline: '10m', operations, ...extra };
}

const source = { kind: 'ndjson', location: 'in/' };
const first: Draft = { id: 'a', task: 'copy', input: source };

function narrow(operation: string) {
  return { operation, edge: 'narrow' };
}

function wide(operation: string) {
  return { operation, edge: 'wide' };
}

function refused(json: unknown): ForeshardError {
  try {
    parseWorkflow(json, tasks);
  } catch (error) {
    if (error instanceof ForeshardError) return error;
    throw error;
  }
  throw new Error('the definition was accepted');
}

const BACKLOG = { kind: 'objects', location: 'inbox/', stream: { kind: 'backlog', closes: '10m', lag: '60s' } };

describe('parseWorkflow', () => {
  it('fills in what a definition leaves out', () => {
    expect(parseWorkflow(definition([first]), tasks)).toEqual({
      version: 1,
      name: 'sample',
      deadline: '10m',
      priority: 5,
      objective: 'deadline',
      context: {},
      operations: [{ ...first, after: [], divisible: true, estimates: {}, params: {}, replicate: false }],
    });
  });

  it('accepts what it gave', () => {
    const once = parseWorkflow(definition([first, { id: 'b', task: 'count', after: [wide('a')] }]), tasks);
    expect(parseWorkflow(JSON.parse(JSON.stringify(once)), tasks)).toEqual(once);
  });

  it('accepts an operation that reads nothing, a broadcast beside an input, and ids like those of Object', () => {
    const operations: Draft[] = [
      { id: 'constructor', task: 'replay', params: { cpuMs: 1 } },
      { id: 'toString', task: 'copy', input: source, after: [wide('constructor')], params: { constructor: 1 } },
      { id: 'hasOwnProperty', task: 'count', after: [narrow('toString'), wide('constructor')] },
    ];
    const { operations: parsed } = parseWorkflow(definition(operations), tasks);
    expect(parsed.map(({ id }) => id)).toEqual(['constructor', 'toString', 'hasOwnProperty']);
    expect(parsed[1]?.params).toEqual({ constructor: 1 });
  });

  const faults: readonly (readonly [string, unknown, string, string])[] = [
    [
      'a value outside a choice',
      definition([first, { id: 'b', task: 'copy', after: [{ operation: 'a', edge: 'wid' }] }]),
      'InvalidWorkflow',
      "operations[1].after[0].edge is 'wid'; allowed: 'narrow', 'wide'; did you mean 'wide'?",
    ],
    [
      'an unknown key of an operation',
      definition([{ id: 'a', taks: 'copy', task: 'copy' }]),
      'InvalidWorkflow',
      "operations[0].taks is an unknown key; allowed: id, task, after, input, divisible, partitions, estimates, params, replicate; did you mean 'task'?",
    ],
    [
      'an unknown key of the workflow',
      definition([first], { 'dead line': '1m' }),
      'InvalidWorkflow',
      '["dead line"] is an unknown key; allowed: $schema, version, name, deadline, priority, objective, context, operations; did you mean \'deadline\'?',
    ],
    [
      'an unknown key of an input',
      definition([{ ...first, input: { ...source, colums: ['a'] } }]),
      'InvalidWorkflow',
      'operations[0].input.colums is an unknown key; allowed: kind, location; drop it',
    ],
    [
      'an unknown kind of input',
      definition([{ ...first, input: { kind: 'cvs', location: 'a' } }]),
      'InvalidWorkflow',
      "operations[0].input.kind is 'cvs'; allowed: 'csv', 'ndjson', 'parquet', 'objects', 'keys', 'custom'; did you mean 'csv'?",
    ],
    [
      'a wrong unit in the deadline',
      definition([first], { deadline: '10 minutes' }),
      'InvalidWorkflow',
      "deadline is '10 minutes'; allowed: a deadline is a duration above zero with its unit (500ms, 90s, 10m, 2h, 1d, PT10M) or a moment with its zone (2026-12-01T06:00:00Z)",
    ],
    ['a deadline of no time', definition([first], { deadline: '0s' }), 'InvalidWorkflow', "deadline is '0s'"],
    [
      'a missing key',
      { version: 1, name: 'sample', operations: [first] },
      'InvalidWorkflow',
      'deadline is missing; give it: a deadline is a duration above zero with its unit (500ms,',
    ],
    [
      'a number out of bounds',
      definition([first], { priority: 12 }),
      'InvalidWorkflow',
      'priority is 12; allowed: at most 9',
    ],
    [
      'a value of another type',
      definition([{ ...first, divisible: 'no' }]),
      'InvalidWorkflow',
      "operations[0].divisible is 'no'; allowed: true or false or a number",
    ],
    [
      'a stream without a prefix to grow under',
      definition([{ ...first, input: { ...BACKLOG, location: 'inbox' } }]),
      'InvalidWorkflow',
      "operations[0].input.location is 'inbox', but a backlog grows under a prefix; end it with '/'",
    ],
    [
      'a stream that is not to be cut',
      definition([{ ...first, input: BACKLOG, divisible: false }]),
      'InvalidWorkflow',
      'operations[0].divisible is false, but a backlog is cut as it arrives; leave divisible out',
    ],
    [
      'a stream of more steps than a run should have',
      definition([{ ...first, input: { ...BACKLOG, stream: { kind: 'backlog', closes: '2h', lag: '10s' } } }]),
      'InvalidWorkflow',
      'operations[0].input.stream.closes is 2h, more than 500 times the lag of 10s',
    ],
    [
      'a stream that closes at no time',
      definition([{ ...first, input: { ...BACKLOG, stream: { kind: 'backlog', closes: 'noon', lag: '10s' } } }]),
      'InvalidWorkflow',
      "operations[0].input.stream.closes is 'noon'; allowed: a duration above zero with its unit",
    ],
    [
      'a backlog beside another narrow edge',
      definition([
        { ...first, id: 'a', input: BACKLOG },
        { ...first, id: 'b' },
        { id: 'c', task: first.task, after: ['a', 'b'].map((operation) => ({ operation, edge: 'narrow' })) },
      ]),
      'InvalidWorkflow',
      "operations[2] ('c') has a narrow edge from the backlog 'a' beside others",
    ],
    ['no operations', definition([]), 'InvalidWorkflow', 'operations is a list of 0; allowed: at least 1 entries'],
    ['nothing at all', undefined, 'InvalidWorkflow', 'the workflow is missing; give it: an object'],
    ['a list', [], 'InvalidWorkflow', 'the workflow is a list of 0; allowed: an object'],
    ['another version', definition([first], { version: 2 }), 'InvalidWorkflow', 'version is 2; allowed: 1'],
    [
      'an id that JavaScript takes for itself',
      definition([{ ...first, id: '__proto__' }]),
      'InvalidWorkflow',
      "operations[0].id is '__proto__'; allowed: letters, digits, - and _, at most 64, starting with a letter or digit",
    ],
    [
      'a key that JavaScript takes for itself, however deep',
      definition([{ ...first, params: { list: [JSON.parse('{"__proto__": {"admin": true}}')] } }]),
      'InvalidWorkflow',
      'operations[0].params.list[0].__proto__ is a key that JavaScript takes for itself; rename it',
    ],
    [
      'a context that is no name',
      definition([first], { context: { 'user activity': 3 } }),
      'InvalidWorkflow',
      'context["user activity"] is no name for this: letters, digits and _, at most 32, starting with a letter; rename it',
    ],
    [
      'an id twice',
      definition([first, { ...first }]),
      'InvalidWorkflow',
      "operations[1].id is 'a', as is that of operations[0]; give each its own",
    ],
    [
      'an unknown task',
      definition([{ ...first, task: 'cuont' }]),
      'UnknownTask',
      "operations[0].task is 'cuont', which is not registered; known: copy, count, replay; did you mean 'count'?",
    ],
    [
      'an edge to nothing',
      definition([first, { id: 'counts', task: 'count', after: [wide('b')] }]),
      'DanglingEdge',
      "operations[1].after[0].operation is 'b', which does not exist; did you mean 'a'?",
    ],
    [
      'an edge twice',
      definition([first, { id: 'b', task: 'count', after: [wide('a'), narrow('a')] }]),
      'InvalidWorkflow',
      "operations[1].after[1].operation is 'a', which comes before it already",
    ],
    [
      'a ring',
      definition([
        { id: 'a', task: 'copy', after: [wide('c')] },
        { id: 'b', task: 'copy', after: [wide('a')] },
        { id: 'c', task: 'copy', after: [wide('b')] },
      ]),
      'CyclicWorkflow',
      'a -> b -> c -> a',
    ],
    [
      'an operation after itself',
      definition([{ id: 'a', task: 'copy', after: [wide('a')] }]),
      'CyclicWorkflow',
      'a -> a',
    ],
    [
      'an input beside a narrow edge',
      definition([first, { ...first, id: 'b', after: [narrow('a')] }]),
      'InvalidWorkflow',
      "operations[1] ('b') has an input and the narrow edge after[0]",
    ],
    [
      'keys in the wrong order',
      definition([{ ...first, input: { kind: 'keys', from: 10, to: 3 } }]),
      'InvalidWorkflow',
      'operations[0].input.from is 10, above to, which is 3; allowed: at most 3; swap them',
    ],
    [
      'narrow predecessors that cannot meet',
      definition([
        first,
        { id: 'b', task: 'count', after: [wide('a')], partitions: [1, 2] },
        { id: 'c', task: 'count', after: [wide('a')], partitions: [1, 2, 3] },
        { id: 'd', task: 'copy', after: [narrow('c')] },
        { id: 'e', task: 'copy', after: [narrow('b'), narrow('d')] },
      ]),
      'InvalidWorkflow',
      "operation 'e' has the narrow predecessors 'b' with 2 partitions and 'd' with 3",
    ],
    [
      'parameters that a task does not take',
      definition([{ id: 'a', task: 'replay', params: { cpuMs: -1, nite: '' } }]),
      'InvalidWorkflow',
      'operations[0].params.cpuMs is -1; allowed: at least 0',
    ],
  ];

  it.each(faults)('refuses %s', (_, json, name, part) => {
    const error = refused(json);
    expect(error.message).toContain(part);
    expect(error.name).toBe(name);
    expect(error.badInput).toBe(true);
    expect(error.message).not.toMatch(/\.$/);
  });

  it('lets one shard read narrow predecessors of any number of partitions', () => {
    const operations = [
      first,
      { id: 'b', task: 'count', after: [wide('a')], partitions: [1, 2] },
      { id: 'c', task: 'count', after: [wide('a')], partitions: [1, 2, 3] },
      { id: 'd', task: 'copy', after: [narrow('b'), narrow('c')], divisible: false },
    ];
    expect(parseWorkflow(definition(operations), tasks).operations).toHaveLength(4);
  });

  it('names all of a few problems at once, each on its own line', () => {
    const error = refused(
      definition([
        { ...first, task: 'cop' },
        { id: 'b', task: 'count', after: [wide('z')] },
      ]),
    );
    expect(error.name).toBe('InvalidWorkflow');
    expect(error.message.split('\n')).toEqual([
      'the workflow has 2 problems:',
      expect.stringContaining("- operations[0].task is 'cop'"),
      expect.stringContaining("- operations[1].after[0].operation is 'z'"),
    ]);
  });

  it('names the first 10 of many', () => {
    const operations = Array.from({ length: 500 }, (_, index) => ({ id: `o${index}`, task: 'none' }));
    const error = refused(definition(operations));
    expect(error.name).toBe('UnknownTask');
    expect(error.message.split('\n')).toHaveLength(11);
    expect(error.message).toContain('more than 10 problems');
  });

  it('answers 100,000 operations with the limit, whatever is in them', () => {
    const broken = Array.from({ length: 100_000 }, () => ({ nonsense: true }));
    const { name, message } = refused(definition(broken));
    expect(name).toBe('InvalidWorkflow');
    expect(message).toContain('operations has 100000 entries; allowed: at most 10000 (OPERATIONS_MAX)');
    expect(message.length).toBeLessThan(300);
  });

  it('accepts as many operations as are allowed', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => {
      return { id: `o${index}`, task: 'copy', after: index === 0 ? [] : [narrow(`o${index - 1}`)] };
    });
    expect(parseWorkflow(definition(chain), tasks).operations).toHaveLength(10_000);
  });

  it('keeps the message short when the ring is long', () => {
    const ring = Array.from({ length: 10_000 }, (_, index) => {
      return { id: `o${index}`, task: 'copy', after: [narrow(`o${(index + 9_999) % 10_000}`)] };
    });
    const { name, message } = refused(definition(ring));
    expect(name).toBe('CyclicWorkflow');
    expect(message.length).toBeLessThan(400);
  });

  it('refuses nesting that would overflow the stack', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const { name, message } = refused(definition([{ ...first, params: { deep } }]));
    expect(name).toBe('InvalidWorkflow');
    expect(message).toContain('operations[0].params.deep[0]');
    expect(message).toContain('nested deeper than 64 levels');
  });

  it('answers any JSON with a workflow or with a named refusal', () => {
    const known = ['version', 'name', 'deadline', 'operations', 'id', 'task', 'after', 'input', 'kind', 'constructor'];
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(1, 'a', 'copy', '10m', null, true, 'keys'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...known, '__proto__'), tie('value'), { noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(json, json, (operations, extra) => {
        const error = refused({ ...definition([operations]), extra });
        expect(error.badInput).toBe(true);
        expect(error.message).not.toBe('');
      }),
    );
  });
});

describe('names that point nowhere', () => {
  const custom = { kind: 'custom', source: 'ledgers', location: 'in/' };

  it('are refused for a data source, with the one that was meant or how to register it', () => {
    const operations = [{ ...first, input: custom }];
    const parse = (...names: readonly string[]) =>
      parseWorkflow(definition(operations), tasks, new Map(names.map((name) => [name, {}])));
    const where = "operations[0].input.source is 'ledgers', which is not registered; known: ";
    expect(() => parse()).toThrow(
      `${where}none; export it from the module of your tasks: export const sources = [yourSource]`,
    );
    expect(() => parse('ledger', 'mail')).toThrow(`${where}ledger, mail; did you mean 'ledger'?`);
    expect(parse('ledgers').operations[0]?.input).toMatchObject(custom);
  });

  it('are told a dozen known tasks, and how many more there are', () => {
    const many = new Map(Array.from({ length: 15 }, (_, at) => [`known-${at}`, {}]));
    const named = Array.from({ length: 12 }, (_, at) => `known-${at}`).join(', ');
    expect(() => parseWorkflow(definition([{ ...first, task: 'zebra' }]), many)).toThrow(
      `known: ${named} and 3 more; `,
    );
  });
});
