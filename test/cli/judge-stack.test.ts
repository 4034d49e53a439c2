import { describe, expect, it } from 'vitest';
import { judgeStack } from '../../lib/cli/judge-stack.ts';
import type { OpenStack } from '../../lib/cli/open-stack.ts';
import { type StackClients, type StackFacts, stackFacts } from '../../lib/cli/stack-facts.ts';
import { Settings } from '../../lib/core/settings.ts';
import { newZone } from '../../lib/recover/open-zones.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

const WORKER = { functionName: 'f-worker-1769-regional', wantedMiB: 1_769, memoryMiB: 1_769, state: 'Active' };

function facts(changes: Partial<StackFacts> = {}): StackFacts {
  return {
    stack: 'f',
    limits: { value: { accountMax: 1_000, reservableMax: 900, reservableLeft: 400 } },
    workers: [{ value: WORKER }],
    table: { value: { status: 'ACTIVE', asDeclared: true } },
    recovery: { value: true },
    bucket: { value: { versioned: true, encrypted: true } },
    publicAccess: { value: false },
    machines: [{ value: { machine: 'workflow', asHere: true } }],
    zones: { value: { health: [newZone('a'), newZone('b')], open: ['a', 'b'] } },
    wall: { value: [{ functionName: 'f', wantedCount: 3, reservedCount: 5 }] },
    ...changes,
  };
}

const denied = { error: { name: 'AccessDeniedException', message: 'no' } };

describe('judgeStack', () => {
  it('is content with a stack as it is deployed', () => {
    expect(judgeStack(facts()).filter(({ state }) => state !== 'ok')).toEqual([]);
  });

  it.each<[string, Partial<StackFacts>, string, 'warn' | 'bad', RegExp]>([
    [
      'a small quota',
      { limits: { value: { accountMax: 10, reservableMax: 0, reservableLeft: 0 } } },
      'quota',
      'warn',
      /Service Quotas/,
    ],
    ['a worker of other memory', { workers: [{ value: { ...WORKER, memoryMiB: 128 } }] }, 'workers', 'bad', /deploy/],
    ['a worker that sleeps', { workers: [{ value: { ...WORKER, state: 'Inactive' } }] }, 'workers', 'warn', /active/],
    [
      'a table of other keys',
      { table: { value: { status: 'ACTIVE', asDeclared: false } } },
      'table',
      'bad',
      /store stack/,
    ],
    ['a table without recovery', { recovery: { value: false } }, 'recovery', 'warn', /update-continuous-backups/],
    ['a bucket for all', { publicAccess: { value: true } }, 'public', 'bad', /Block Public Access/],
    [
      'a bucket without versions',
      { bucket: { value: { versioned: false, encrypted: true } } },
      'bucket',
      'warn',
      /versioning/,
    ],
    ['an older machine', { machines: [{ value: { machine: 'slot', asHere: false } }] }, 'machine', 'warn', /deploy/],
    [
      'a drained zone',
      { zones: { value: { health: [newZone('a'), newZone('b')], open: ['a'] } } },
      'zones',
      'warn',
      /undrain b --stack f/,
    ],
    [
      'a wall that is too low',
      { wall: { value: [{ functionName: 'f', wantedCount: 9, reservedCount: 5 }] } },
      'wall',
      'warn',
      /reserver/,
    ],
    ['rights that are missing', { recovery: denied }, 'recovery', 'warn', /allow dynamodb:DescribeContinuousBackups/],
    [
      'what AWS says otherwise',
      { table: { error: { name: 'ResourceNotFoundException', message: 'gone' } } },
      'table',
      'bad',
      /deploy/,
    ],
  ])('finds %s, with its remedy', (_what, changes, check, state, remedy) => {
    const found = judgeStack(facts(changes)).filter((finding) => finding.state !== 'ok');
    expect(found).toMatchObject([{ check, state }]);
    expect(found[0]?.remedy).toMatch(remedy);
  });
});

describe('stackFacts', () => {
  it('goes on with its other questions when one is refused, and changes nothing', async () => {
    const asked: string[] = [];
    const client = {
      send: async (command: object) => {
        asked.push(command.constructor.name);
        throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
      },
    };
    const clients = { lambda: client, dynamo: client, s3: client, sfn: client } as unknown as StackClients;
    const settings = Settings.parse({ tiersMiB: [1_769], zones: ['a'] });
    const services = memoryServices({ settings });
    const machineArns = { workflow: 'w', slot: 's' };
    const environment = { table: 't', bucket: 'b', replicaBucket: undefined, machineArns, settings };
    const found = await stackFacts({ name: 'f', services, environment } as unknown as OpenStack, clients);
    expect(asked.every((name) => /^(Get|Describe)/.test(name))).toBe(true);
    expect(asked.length).toBeGreaterThan(6);
    expect(found.zones).toMatchObject({ value: { open: ['a'] } });
    expect(found.limits).toMatchObject({ value: { accountMax: 1_000 } });
    expect(judgeStack(found).every(({ state }) => state !== 'bad')).toBe(true);
  });
});
