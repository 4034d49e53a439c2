import { describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../../lib/adapters/aws/environment.ts';

const machine = (name: string) => `arn:aws:states:eu-central-1:123456789012:stateMachine:foreshard-${name}`;
const variables = {
  PATH: '/usr/bin',
  FORESHARD_TABLE: 'table',
  FORESHARD_BUCKET: 'bucket',
  FORESHARD_WORKFLOW_MACHINE: machine('workflow'),
  FORESHARD_SLOT_MACHINE: machine('slot'),
  FORESHARD_SETTINGS: '{"zones":["eu-central-1a"]}',
};

describe('parseEnvironment', () => {
  it('reads what the stack sets, and fills in the defaults of the settings', () => {
    expect(parseEnvironment(variables)).toMatchObject({
      table: 'table',
      machineArns: { workflow: machine('workflow'), slot: machine('slot') },
      settings: { zones: ['eu-central-1a'], tiersMiB: [1_769, 3_538, 7_076] },
    });
  });

  it('knows a bucket of replicas where there is one', () => {
    expect(parseEnvironment(variables).replicaBucket).toBeUndefined();
    const { replicaBucket } = parseEnvironment({ ...variables, FORESHARD_REPLICA_BUCKET: 'second' });
    expect(replicaBucket).toBe('second');
    const far = { ...variables, FORESHARD_REPLICA_BUCKET: 'second', FORESHARD_REPLICA_REGION: 'eu-west-1' };
    expect(parseEnvironment(far).replicaRegion).toBe('eu-west-1');
  });

  it.each([
    ['a missing one', { FORESHARD_TABLE: undefined }, 'FORESHARD_TABLE'],
    ['an unknown one', { FORESHARD_TABEL: 'x' }, 'FORESHARD_TABEL'],
    ['a wrong one', { FORESHARD_SLOT_MACHINE: 'slot' }, 'FORESHARD_SLOT_MACHINE'],
    ['settings that are no JSON', { FORESHARD_SETTINGS: '{' }, 'FORESHARD_SETTINGS'],
    ['an unknown setting', { FORESHARD_SETTINGS: '{"tier":1}' }, 'tier'],
  ])('names %s', (_, change, name) => {
    expect(() => parseEnvironment({ ...variables, ...change })).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining(name) }),
    );
  });
});
