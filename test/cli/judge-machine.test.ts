import { describe, expect, it } from 'vitest';
import { judgeMachine } from '../../lib/cli/judge-machine.ts';
import type { MachineFacts } from '../../lib/cli/machine-facts.ts';

const GOOD: MachineFacts = {
  nodeVersion: '24.21.0',
  vcpuCount: 4,
  memoryMiB: 16_000,
  home: '/work/.foreshard',
  freeDiskMiB: 50_000,
  homeProblem: undefined,
  lockProblem: undefined,
  loopbackProblem: undefined,
  tasksProblem: undefined,
  taskCount: 6,
};

describe('judgeMachine', () => {
  it('finds nothing wrong with a good machine', () => {
    expect(judgeMachine(GOOD).filter(({ state }) => state !== 'ok')).toEqual([]);
  });

  it.each([
    [{ nodeVersion: '20.19.0' }, 'node', 'bad'],
    [{ nodeVersion: '22.17.9' }, 'node', 'bad'],
    [{ nodeVersion: '22.18.0' }, 'node', 'warn'],
    [{ nodeVersion: '26.0.0' }, 'node', 'warn'],
    [{ vcpuCount: 1 }, 'processors', 'warn'],
    [{ memoryMiB: 3_000 }, 'memory', 'warn'],
    [{ freeDiskMiB: 1_000 }, 'disk', 'warn'],
    [{ freeDiskMiB: 100 }, 'disk', 'bad'],
    [{ homeProblem: 'EACCES' }, 'folder', 'bad'],
    [{ lockProblem: 'in use by process 7' }, 'lock', 'bad'],
    [{ loopbackProblem: 'EPERM' }, 'loopback', 'bad'],
    [{ tasksProblem: 'no such module' }, 'task code', 'bad'],
  ] as const)('with %o finds that %s is %s, and says what to do', (fault, check, state) => {
    const found = judgeMachine({ ...GOOD, ...fault }).filter((finding) => finding.state !== 'ok');
    expect(found).toEqual([expect.objectContaining({ check, state, remedy: expect.stringMatching(/\w/) })]);
  });
});
