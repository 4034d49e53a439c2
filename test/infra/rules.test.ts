import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { Foreshard } from '../../infra/foreshard.ts';
import { readOpenZones } from '../../lib/recover/zone-store.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';

process.env.CDK_VALIDATION = 'false';

interface Rule {
  readonly EventPattern: { readonly source: readonly string[]; readonly detail?: Readonly<Record<string, unknown>> };
  readonly Targets: readonly [{ readonly InputTransformer: Transformer; readonly DeadLetterConfig?: unknown }];
}

interface Transformer {
  readonly InputPathsMap: Readonly<Record<string, string>>;
  readonly InputTemplate: string;
}

let rules: readonly Rule[];
beforeAll(() => {
  const stack = new Stack(new App(), 'Test');
  new Foreshard(stack, 'Foreshard', { zonal: false, tiersMiB: [1_769] });
  const found = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'));
  rules = found.map(({ Properties }) => Properties as Rule);
}, 120_000);

const ruleOf = (source: string) => {
  const found = rules.find(({ EventPattern }) => EventPattern.source[0] === source);
  if (!found) throw new Error(`no rule listens to ${source}`);
  return found;
};

/**
 * What EventBridge makes of an event: the values at the paths, put into the template; a text on its own gets its quotes,
 * one inside of a text has them already.
 *
 * @see Amazon EventBridge User Guide, "Amazon EventBridge input transformation"
 */
function transformed({ Targets: [{ InputTransformer }] }: Rule, event: object): unknown {
  const { InputPathsMap, InputTemplate } = InputTransformer;
  const filled = InputTemplate.replace(/<([\w-]+)>/g, (_, name: string, at: number) => {
    const keys = (InputPathsMap[name] ?? '').split('.').slice(1);
    const value = keys.reduce<unknown>((inner, key) => Object(inner)[key], event);
    const isInText = InputTemplate.slice(0, at).split('"').length % 2 === 0;
    return isInText ? String(value) : JSON.stringify(value);
  });
  return JSON.parse(filled);
}

describe('what the rules make of events', () => {
  it('frees what an execution held that was stopped or timed out, and no other', async () => {
    const rule = ruleOf('aws.states');
    expect(rule.EventPattern.detail?.status).toEqual(['TIMED_OUT', 'ABORTED']);
    expect(rule.Targets[0].DeadLetterConfig).toBeDefined();
    const detail = { name: 'nightly-7', status: 'ABORTED', stateMachineArn: 'arn' };
    const event = transformed(rule, { 'detail-type': 'Step Functions Execution Status Change', detail });
    expect(event).toMatchObject({ execution: 'nightly-7', state: { error: { Error: 'ABORTED' } } });
    expect(await deliver(memoryServices(), 'aborter', event)).toMatchObject({ error: expect.any(String) });
  });

  it('drains the zone of an autoshift, and lets it take part again', async () => {
    const rule = ruleOf('aws.arc-zonal-shift');
    const services = memoryServices({ settings: { zones: ['a', 'b'], zoneIds: ['use1-az4', 'use1-az1'] }, startAt: 1 });
    const tell = (type: string) =>
      deliver(
        services,
        'recovery',
        transformed(rule, { 'detail-type': type, detail: { metadata: { awayFrom: 'use1-az4' } } }),
      );
    await tell('Autoshift In Progress');
    expect(await readOpenZones(services)).toEqual(['b']);
    await tell('Autoshift Completed');
    expect(await readOpenZones(services)).toEqual(['a', 'b']);
  });

  it('asks for the run of an upload by what was uploaded, once for each version', () => {
    const upload = (sequencer: string) =>
      transformed(ruleOf('aws.s3'), {
        detail: { bucket: { name: 'mine' }, object: { key: 'requests/a.json', sequencer } },
      });
    expect(upload('1')).toEqual({
      identity: 's3://mine/requests/a.json#1',
      input: { workflow: 's3://mine/requests/a.json' },
    });
    expect(upload('2')).not.toEqual(upload('1'));
  });
});
