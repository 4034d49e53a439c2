import { afterEach, describe, expect, it } from 'vitest';
import { handler as refresher } from '../../functions/refresher.ts';
import type { StageContext } from '../../functions/stage.ts';
import { type ProcessExecutions, processExecutions } from '../../lib/adapters/embedded/process-executions.ts';
import { stateMachineDefinition } from '../../lib/adapters/embedded/state-machine-definition.ts';
import type { Table } from '../../lib/ports/table.ts';
import { toEmf } from '../../lib/profile/emf.ts';
import { followedTypes, followType } from '../../lib/run/followed-types.ts';
import type { RefreshPart } from '../../lib/run/refresh-part.ts';
import type { Refreshed } from '../../lib/run/refresh-profiles.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 4);
const TYPES = Array.from({ length: 12 }, (_, index) => `t${String(index).padStart(2, '0')}@1`);
const FILE = new URL('../../infra/refresh.asl.json', import.meta.url);
/** A call has four minutes beside its reserve, and a forecast takes one. */
const REMAINING_MS = 5 * MINUTE;

interface Call {
  readonly execution: string;
  readonly part?: RefreshPart;
  readonly answer: Refreshed;
}

async function services(): Promise<MemoryServices> {
  const made = memoryServices({ startAt: NOW });
  for (const type of TYPES) {
    await followType(made.table, type);
    for (const minute of [5, 65]) {
      made.metrics.emit(toEmf(anAttempt({ type, startedAt: NOW - minute * MINUTE, durationMs: MINUTE - 1 })));
    }
  }
  return made;
}

/** Each stored forecast takes a minute of the caller's time, whoever else works beside it. */
function timed(made: MemoryServices): { readonly table: Table; remaining(): number } {
  let left = REMAINING_MS;
  const put: Table['put'] = async (...call) => {
    if ('forecast' in call[0]) left -= MINUTE;
    return made.table.put(...call);
  };
  return { table: { ...made.table, put }, remaining: () => left };
}

let executions: ProcessExecutions<'refresh'>;
afterEach(() => executions.close());

/** Executes `infra/refresh.asl.json` to its end. */
async function execute(made: MemoryServices, fails: (call: number) => Error | undefined = () => undefined) {
  const calls: Call[] = [];
  let count = 0;
  const invoke = async (_: string, event: unknown) => {
    count += 1;
    const failure = fails(count);
    if (failure) throw failure;
    const { table, remaining } = timed(made);
    // what is left falls as the call works, and its clock stands still
    const clock = { ...made.clock, now: () => NOW + REMAINING_MS - remaining() };
    const context = { services: { ...made, table, clock }, awsRequestId: 'call', getRemainingTimeInMillis: remaining };
    const answer = (await refresher(event, context as unknown as StageContext)) as Refreshed;
    calls.push({ ...(event as Pick<Call, 'execution' | 'part'>), answer });
    return answer;
  };
  const unused = async () => Promise.reject(new Error('not part of this test'));
  const definitions = { refresh: await stateMachineDefinition(FILE, new Map([['Refresher', 'refresher']])) };
  const functions = { invoke, concurrency: unused, reserve: unused, limits: unused };
  executions = processExecutions({ definitions, functions, retryDelayFactor: 0.001 });
  await executions.start('refresh', 'one', {});
  await executions.idle();
  return { calls, ended: await executions.describe('refresh', 'one') };
}

describe('the state machine of a refresh, in this process', () => {
  it('makes every forecast once: four in the first call, the rest in two parts side by side', async () => {
    const made = await services();
    const { calls, ended } = await execute(made);
    expect(ended?.status).toBe('SUCCEEDED');
    expect(calls[0]?.answer).toMatchObject({ outcome: 'more', refittedCount: 4, skippedCount: 8 });
    const parts = calls.slice(1).map(({ part }) => part);
    expect(new Set(parts.map((part) => part?.index))).toEqual(new Set([0, 1]));
    expect(new Set(parts.map((part) => part?.count))).toEqual(new Set([2]));
    expect(new Set(calls.map(({ execution }) => execution))).toEqual(new Set(['one']));
    const refitted = calls.flatMap(({ answer }) => answer.refitted);
    expect(refitted.toSorted()).toEqual(TYPES);
    // eight in two parts of four a call at the most, one of which may need a second call
    expect(calls.length).toBeLessThanOrEqual(4);
    for (const { reachesUntil = 0 } of await followedTypes(made.table)) expect(reachesUntil).toBeGreaterThan(NOW);
  });

  it('is one call when that is enough', async () => {
    const made = memoryServices({ startAt: NOW });
    const { calls, ended } = await execute(made);
    expect(ended?.status).toBe('SUCCEEDED');
    expect(calls.map(({ answer }) => answer.outcome)).toEqual(['done']);
  });

  it('tries again what the system refused, in a part as in the first call', async () => {
    const made = await services();
    const throttled = (call: number) =>
      call === 1 || call === 3 ? Object.assign(new Error('slow down'), { name: 'Throttled' }) : undefined;
    const { calls, ended } = await execute(made, throttled);
    expect(ended?.status).toBe('SUCCEEDED');
    expect(calls.flatMap(({ answer }) => answer.refitted).toSorted()).toEqual(TYPES);
  });
});
