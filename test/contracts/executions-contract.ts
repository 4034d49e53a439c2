import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution, Executions, MachineName } from '../../lib/ports/executions.ts';

/** Executions of the two machines of `test/fixtures/embedded/*.asl.json`. */
export interface ExecutionsUnderTest {
  readonly executions: Executions;
  /** False for an endpoint that keeps executions and runs none. */
  readonly runsStates: boolean;
  /** True for an endpoint that does not say why an execution was stopped. */
  readonly forgetsCause?: boolean;
  readonly close: () => Promise<void>;
}

const SETTLE_MAX_MS = 10_000;

/** What every adapter of executions must do. */
export function executionsContract(name: string, open: () => Promise<ExecutionsUnderTest>): void {
  describe(`executions: ${name}`, () => {
    let under: ExecutionsUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.close());

    it('knows nothing of an execution that was never started, and stops it without complaint', async () => {
      expect(await under.executions.describe('workflow', 'never')).toBeUndefined();
      await under.executions.stop('workflow', 'never', 'test');
      expect(await under.executions.describe('workflow', 'never')).toBeUndefined();
    });

    it('starts an execution once under its name, and tells the machines apart', async () => {
      await under.executions.start('workflow', 'once', { turn: 1 });
      await under.executions.start('workflow', 'once', { turn: 1 });
      expect(await under.executions.describe('workflow', 'once')).toBeDefined();
      expect(await under.executions.describe('slot', 'once')).toBeUndefined();
    });

    it('stops an execution for good, and stopping it again changes nothing', async () => {
      const { executions } = under;
      await executions.start('slot', 'stopped', { functionName: 'worker', order: 'wait' });
      await executions.stop('slot', 'stopped', 'the run was cancelled');
      await executions.stop('slot', 'stopped', 'another cause');
      expect(await settled(executions, 'slot', 'stopped')).toMatchObject({
        status: 'ABORTED',
        ...(!under.forgetsCause && { cause: 'the run was cancelled' }),
      });
      await executions.start('slot', 'stopped', { functionName: 'worker', order: 'done' });
      expect(await executions.describe('slot', 'stopped')).toMatchObject({ status: 'ABORTED' });
    });

    it('ends with the output of the last state, or with the error of a failed one', async ({ skip }) => {
      skip(!under.runsStates, 'this endpoint runs no states');
      await under.executions.start('workflow', 'planned', { size: 3 });
      await under.executions.start('workflow', 'refused', { size: 0 });
      expect(await settled(under.executions, 'workflow', 'planned')).toEqual({
        status: 'SUCCEEDED',
        output: { refused: false, input: { size: 3 } },
      });
      expect(await settled(under.executions, 'workflow', 'refused')).toEqual({
        status: 'FAILED',
        error: 'Refused',
        cause: 'the plan was refused',
      });
    });
  });
}

/** Waits until an execution is over. */
export async function settled(
  executions: Executions,
  machine: MachineName,
  name: string,
): Promise<Execution | undefined> {
  for (const endsAt = Date.now() + SETTLE_MAX_MS; Date.now() < endsAt; await sleep(10)) {
    const execution = await executions.describe(machine, name);
    if (execution?.status !== 'RUNNING') return execution;
  }
  throw new Error(`${machine} '${name}' still runs after ${SETTLE_MAX_MS} ms`);
}
