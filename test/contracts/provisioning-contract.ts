import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provisioning } from '../../lib/ports/provisioning.ts';

export interface ProvisioningUnderTest {
  readonly provisioning: Provisioning;
  /** Names of functions that nobody else uses. */
  readonly functionName: (suffix: string) => string;
  readonly close: () => Promise<void>;
}

/** The year 2100: no action of this suite ever comes due at a real endpoint. Whole seconds, which is what AWS keeps. */
const FROM = Date.UTC(2100, 0, 1);
const MINUTE_MS = 60_000;

/** What every adapter of provisioned concurrency must do. */
export function provisioningContract(name: string, open: () => Promise<ProvisioningUnderTest>): void {
  describe(`provisioning: ${name}`, () => {
    let under: ProvisioningUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.close());
    const stateOf = async (functionName: string) =>
      (await under.provisioning.observe([functionName])).get(functionName);
    const register = (functionName: string, environmentCount = 3, from = FROM) =>
      under.provisioning.register({ functionName, environmentCount, from, until: from + 10 * MINUTE_MS });

    it('knows every function that it is asked for, and nothing is on at first', async () => {
      const names = ['unseen-a', 'unseen-b'].map(under.functionName);
      const states = await under.provisioning.observe(names);
      expect([...states.keys()].sort()).toEqual([...names].sort());
      expect([...states.values()]).toEqual([{ environmentCount: 0 }, { environmentCount: 0 }]);
    });

    it('registers the end with the start', async () => {
      const functionName = under.functionName('pair');
      await register(functionName);
      expect(await stateOf(functionName)).toEqual({
        environmentCount: 0,
        raise: { at: FROM, environmentCount: 3 },
        lower: { at: FROM + 10 * MINUTE_MS },
      });
    });

    it('replaces what was registered before', async () => {
      const functionName = under.functionName('replaced');
      await register(functionName);
      await register(functionName, 5, FROM + MINUTE_MS);
      expect(await stateOf(functionName)).toMatchObject({
        raise: { at: FROM + MINUTE_MS, environmentCount: 5 },
        lower: { at: FROM + 11 * MINUTE_MS },
      });
    });

    it('takes back the start and keeps an end', async () => {
      const functionName = under.functionName('released');
      await register(functionName);
      await under.provisioning.release(functionName, FROM);
      await under.provisioning.release(functionName, FROM);
      expect(await stateOf(functionName)).toEqual({ environmentCount: 0, lower: { at: FROM } });
    });

    it('forgets a function with its schedules, and one that it never knew', async () => {
      const functionName = under.functionName('forgotten');
      await register(functionName);
      for (const name of [functionName, functionName, under.functionName('unknown')]) {
        await under.provisioning.forget(name);
      }
      expect(await stateOf(functionName)).toEqual({ environmentCount: 0 });
    });

    it('releases what was never registered', async () => {
      const functionName = under.functionName('unknown');
      await under.provisioning.release(functionName, FROM);
      expect(await stateOf(functionName)).toEqual({ environmentCount: 0 });
    });

    it('keeps functions apart', async () => {
      const [one, other] = [under.functionName('one'), under.functionName('other')];
      await register(one, 1);
      await register(other, 2);
      await under.provisioning.release(one, FROM);
      expect((await stateOf(other))?.raise?.environmentCount).toBe(2);
    });
  });
}
