import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeletePublicAccessBlockCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { once } from '../lib/adapters/aws/once.ts';
import { EXIT_CODES } from '../lib/cli/exit-code.ts';
import { RunReport } from '../lib/report/run-report.ts';
import { foreshard } from './fixtures/foreshard-process.ts';
import { type DeployedStack, deployStack } from './fixtures/moto/deployed-stack.ts';

/** The command line as a process against a stack on moto. Not covered: what IAM would refuse. */
const endpoint = process.env.AWS_ENDPOINT_URL;
const port = Number(process.env.MOTO_GATEWAY_PORT);
const unique = `cli-${process.pid}-${Date.now()}`;
const NAME = 'moto-stack';
const ZONAL = 'zonal-stack';
const TEST_MAX_MS = 200_000;

describe.skipIf(endpoint === undefined || !port)('foreshard --stack', { timeout: TEST_MAX_MS }, () => {
  let stack: DeployedStack;
  let folder: string;
  let file: string;
  const call = (...args: readonly string[]) => foreshard([...args, '--stack', NAME, '--home', folder], environment());

  beforeAll(async () => {
    stack = await deployStack({ name: NAME, zonalName: ZONAL, port, endpoint: endpoint ?? '', unique });
    folder = await mkdtemp(join(tmpdir(), 'foreshard-stack-'));
    file = join(folder, 'small.workflow.json');
    const work = {
      id: 'work',
      task: 'replay',
      input: { kind: 'keys', from: 0, to: 40 },
      params: { cpuMs: 1, writeBytes: 10, per: 'record' },
      estimates: { cpuSeconds: 1 },
    };
    await writeFile(file, JSON.stringify({ version: 1, name: 'small', deadline: '3m', operations: [work] }));
  }, TEST_MAX_MS);
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  function environment(): Record<string, string> {
    const names = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
    const known = names.map((name) => [name, process.env[name] ?? ''] as const);
    return { ...Object.fromEntries(known), AWS_ENDPOINT_URL: stack.endpoint };
  }

  it('plans against the settings of the stack, runs there, and shows what came of it', async () => {
    const plan = await call('plan', file, '--json', '--no-what-if');
    expect(plan.code, plan.err).toBe(EXIT_CODES.ok);
    const { pools } = JSON.parse(plan.out);
    expect(pools.map(({ functionName }: { functionName: string }) => functionName)).toEqual([
      'moto-stack-worker-1769-regional',
    ]);
    const run = await call('run', file, '--run', `run-${unique}`, '--json');
    expect(run.code, run.err).toBe(EXIT_CODES.ok);
    expect(RunReport.parse(JSON.parse(run.out))).toMatchObject({ outcome: 'met', operations: [{ recordsIn: 40 }] });
    const page = join(folder, 'page.html');
    const report = await call('report', `run-${unique}`, '-o', page);
    expect(report.code, report.err).toBe(EXIT_CODES.ok);
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>/);
    const status = await call('status', `run-${unique}`, '--json');
    expect(JSON.parse(status.out).runs).toMatchObject([{ run: `run-${unique}`, state: 'met' }]);
    const profile = await call('profile', 'replay@1', '--json');
    expect(profile.code, profile.err).toBe(EXIT_CODES.ok);
  });

  it('simulates a plan against the settings of the stack', async () => {
    const { code, out, err } = await call('simulate', file, '--runs', '50', '--controllers', 'foreshard', '--json');
    expect(code, err).toBe(EXIT_CODES.ok);
    expect(JSON.parse(out)).toMatchObject({ workflow: 'small', runs: 50, simulated: [{ controller: 'foreshard' }] });
    const narrow = await call('simulate', file, '--runs', '50', '--controllers', 'foreshard', '--slots', '1', '--json');
    const [wide, slow] = [out, narrow.out].map((text) => JSON.parse(text).simulated[0].medianMs);
    expect(slow).toBeGreaterThanOrEqual(wide);
  });

  it('drains a zone of the stack and lets it take part again', async () => {
    const on = (...args: readonly string[]) => foreshard([...args, '--stack', ZONAL, '--json'], environment());
    const openZones = async () => JSON.parse((await on('plan', file, '--no-what-if')).out).plan.zones;
    expect(await openZones()).toEqual(['eu-central-1a', 'eu-central-1b']);
    const drained = await on('drain', 'eu-central-1a', '--for', '30m');
    expect(drained.code, drained.err).toBe(EXIT_CODES.ok);
    expect(await openZones()).toEqual(['eu-central-1b']);
    const undrained = await on('undrain', 'eu-central-1a');
    expect(undrained.code, undrained.err).toBe(EXIT_CODES.ok);
    expect(await openZones()).toEqual(['eu-central-1a', 'eu-central-1b']);
  });

  it('goes on with a run whose execution was stopped', async () => {
    const run = `stopped-${unique}`;
    const slow = join(folder, 'slow.workflow.json');
    const text = await readFile(file, 'utf8');
    await writeFile(slow, text.replace('"cpuMs":1,', '"cpuMs":150,').replace('"cpuSeconds":1', '"cpuSeconds":6'));
    const executionArn = `${stack.machineArns.get('workflow')?.replace(':stateMachine:', ':execution:')}:${run}`;
    const stop = once(() => stack.sfn.send(new StopExecutionCommand({ executionArn })));
    const cut = await foreshard(['run', slow, '--run', run, '--stack', NAME], environment(), (child) => {
      child.stderr?.on('data', (data: Buffer) => /running|[1-9]\d* of/.test(String(data)) && void stop());
    });
    expect(cut.code, cut.err).not.toBe(EXIT_CODES.ok);
    const resumed = await call('resume', run, '--json');
    expect(resumed.code, resumed.err).toBe(EXIT_CODES.ok);
    expect(RunReport.parse(JSON.parse(resumed.out))).toMatchObject({ run, operations: [{ recordsIn: 40 }] });
  });

  it('refuses what is of this machine alone, and names what is not there', async () => {
    const chaos = await call('run', file, '--chaos', 'kill=1');
    expect(chaos.err).toBe('error: --chaos is for this machine alone; leave it out with --stack\n');
    const zone = await call('drain', 'mars');
    expect(zone.err).toMatch(/^error: there is no zone 'mars'/);
    const unknown = await foreshard(['status', '--stack', 'elsewhere'], environment());
    expect(unknown.code).toBe(EXIT_CODES.badInput);
    expect(unknown.err).toMatch(
      /^error: there is no stack 'elsewhere' in eu-central-1: .* 'elsewhere-monitor'; deploy it/,
    );
  });

  it('has a doctor that finds what is not as the stack was deployed', async () => {
    const statesNow = async () => {
      const { out, err } = await call('doctor', '--json');
      expect(err).toBe('');
      const findings: { check: string; state: string; remedy?: string }[] = JSON.parse(out).findings;
      for (const { state, remedy } of findings) if (state !== 'ok') expect(remedy).toBeTruthy();
      return new Map(findings.map(({ check, state }) => [check, state]));
    };
    const before = await statesNow();
    for (const check of ['quota', 'workers', 'table', 'bucket', 'public', 'machine', 'zones', 'wall']) {
      expect([check, before.get(check)]).toEqual([check, 'ok']);
    }
    const VersioningConfiguration = { Status: 'Suspended' } as const;
    await stack.s3.send(new PutBucketVersioningCommand({ Bucket: stack.bucket, VersioningConfiguration }));
    await stack.s3.send(new DeletePublicAccessBlockCommand({ Bucket: stack.bucket }));
    const after = await statesNow();
    expect([after.get('bucket'), after.get('public')]).toEqual(['warn', 'bad']);
  });
});

describe.skipIf(endpoint !== undefined)('foreshard --stack', () => {
  it.skip('needs a moto server: run `.ci/moto npx vitest run test/stack-moto.test.ts`', () => undefined);
});
