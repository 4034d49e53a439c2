import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { startDefinition } from '../../infra/constructs/starter.ts';

interface Start {
  readonly StateMachineArn: string;
  readonly Name: string;
  readonly Input: unknown;
}

/**
 * The machine that names runs, interpreted, with StartExecution as AWS documents it: a name is taken for 90 days. In
 * moto 5.2 the integration `states:startExecution` fails on its own parameter, so it cannot be tried there.
 */
function starter() {
  const started = new Map<string, Start>();
  const startExecution = async (parameters: unknown) => {
    const start = parameters as Start;
    if (started.has(start.Name)) {
      throw Object.assign(new Error('it is there'), { name: 'StepFunctions.ExecutionAlreadyExistsException' });
    }
    started.set(start.Name, start);
    return {};
  };
  const definition = JSON.parse(JSON.stringify(startDefinition('arn:workflow')));
  const machine = new StateMachine(definition, { validationOptions: { checkArn: false, checkPaths: true } });
  const handlers = { StartRequest: startExecution, StartEvent: startExecution };
  const ask = (request: object) =>
    machine.run(request as never, { overrides: { taskResourceLocalHandlers: handlers } }).result;
  return { started, ask };
}

describe('the machine that starts runs', () => {
  it('starts one run for one upload, however often its event comes, and another one for the next upload', async () => {
    const { started, ask } = starter();
    const workflow = 's3://bucket/requests/ü b.json';
    await ask({ identity: `${workflow}#0061A1`, input: { workflow } });
    await ask({ identity: `${workflow}#0061A1`, input: { workflow } });
    expect([...started.values()]).toEqual([
      { StateMachineArn: 'arn:workflow', Name: expect.stringMatching(/^event-[0-9a-f]{64}$/), Input: { workflow } },
    ]);
    await ask({ identity: `${workflow}#0061A2`, input: { workflow } });
    expect(started.size).toBe(2);
    for (const name of started.keys()) expect(name.length).toBeLessThanOrEqual(80);
  });

  it('gives a run the name that its request has for it, and going on with a run one of its own', async () => {
    const { started, ask } = starter();
    await ask({ identity: 'event-1', input: { run: 'mine', workflow: 'w.json' } });
    await ask({ identity: 'event-2', input: { run: 'mine', workflow: 'w.json' } });
    expect([...started.keys()]).toEqual(['mine']);
    await ask({ identity: 'event-3', input: { run: 'mine' } });
    expect(started.size).toBe(2);
  });
});
