import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundle } from '../../infra/bundle.ts';

const ROOT = join(import.meta.dirname, '../..');

const environment = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  FORESHARD_TABLE: 'table',
  FORESHARD_BUCKET: 'bucket',
  FORESHARD_WORKFLOW_MACHINE: 'arn:aws:states:eu-central-1:123456789012:stateMachine:workflow',
  FORESHARD_SLOT_MACHINE: 'arn:aws:states:eu-central-1:123456789012:stateMachine:slot',
  FORESHARD_SETTINGS: '{}',
};

/** Calls a bundled handler in a process of its own, and gives back the error that it answers with. */
function answerOf(directory: string, handler: string, variables: Readonly<Record<string, string>>): string {
  const script = `const { handler } = await import(${JSON.stringify(join(directory, `${handler}.mjs`))});
    const answer = await handler({ nonsense: 1 }, { getRemainingTimeInMillis: () => 1000 }).catch((error) => error);
    console.log(JSON.stringify([answer.name, answer.message]));`;
  const env = { PATH: process.env.PATH, POWERTOOLS_LOG_LEVEL: 'SILENT', ...variables };
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env, encoding: 'utf8' });
}

describe('bundle', () => {
  let made: Bundle;
  beforeAll(async () => {
    made = await bundle({
      handlers: ['aborter', 'worker'],
      tasksEntry: join(ROOT, 'lib/tasks/built-in-tasks.ts'),
    });
  });
  afterAll(() => rmSync(made.directory, { recursive: true }));

  it('gives handlers that load, and refuse by name what is no event of theirs', () => {
    for (const handler of ['aborter', 'worker']) {
      const answer = answerOf(made.directory, handler, environment);
      expect(answer).toContain('InvalidInput');
      expect(answer).toContain(`event of the ${handler} is not as it should be`);
      expect(answer).toContain('nonsense');
    }
  });

  it('gives handlers that name the variable which is missing', () => {
    const { FORESHARD_BUCKET: _, ...rest } = environment;
    const answer = answerOf(made.directory, 'aborter', rest);
    expect(answer).toContain('InvalidInput');
    expect(answer).toContain('FORESHARD_BUCKET');
  });

  it('carries extensions to the handlers that use them, and to no others', async () => {
    const tasksEntry = join(ROOT, 'examples/extending/foreshard.config.ts');
    const handlers = ['sharder', 'worker', 'allocator', 'refresher', 'reserver', 'aborter'];
    const extended = await bundle({ handlers, tasksEntry });
    const names = ['count-words', 'fixed-width', 'drift', 'short runs first', 'own threads'];
    const found = handlers.map((handler) => {
      const text = readFileSync(join(extended.directory, `${handler}.mjs`), 'utf8');
      return [handler, names.filter((name) => text.includes(`name:"${name}"`))];
    });
    rmSync(extended.directory, { recursive: true });
    expect(Object.fromEntries(found)).toEqual({
      sharder: ['count-words', 'fixed-width', 'short runs first'],
      worker: ['count-words', 'fixed-width'],
      allocator: ['short runs first'],
      refresher: ['drift'],
      reserver: ['own threads'],
      aborter: [],
    });
  }, 120_000);

  it('puts task code into the handlers that need it alone, and counts all that each loads', () => {
    const textOf = (handler: string) => readFileSync(join(made.directory, `${handler}.mjs`), 'utf8');
    expect(textOf('worker')).toContain('flights-clean');
    expect(textOf('aborter')).not.toContain('flights-clean');
    const { bytes = 0, sdkBytes = 0 } = made.sizes.get('worker') ?? {};
    expect(bytes).toBeGreaterThan(statSync(join(made.directory, 'worker.mjs')).size);
    expect(sdkBytes).toBeGreaterThan(bytes / 3);
  });
});
