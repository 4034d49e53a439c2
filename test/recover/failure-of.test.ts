import { describe, expect, it } from 'vitest';
import { failureOf } from '../../lib/recover/failure-of.ts';

describe('failureOf', () => {
  it.each([
    ['Sandbox.Timedout', 'ShardTimedOut'],
    ['States.Timeout', 'ShardTimedOut'],
    ['Runtime.OutOfMemory', 'OutOfMemory'],
    ['Runtime.ExitError', 'WorkerDied'],
    ['Lambda.Unknown', 'WorkerDied'],
    ['Lambda.TooManyRequestsException', 'Throttled'],
    ['StoreUnavailable', 'StoreUnavailable'],
    ['RangeError', 'RangeError'],
  ])('calls %s %s', (name, ours) => {
    expect(failureOf({ Error: name }).name).toBe(ours);
  });

  it.each([
    ['{"errorMessage":"out of luck","errorType":"X"}', 'out of luck'],
    ['plain words', 'plain words'],
    ['{"errorMessage":7}', '{"errorMessage":7}'],
    ['null', 'null'],
    ['"a text"', '"a text"'],
    ['', ''],
  ])('reads the cause %s as %s', (cause, message) => {
    expect(failureOf({ Error: 'X', Cause: cause }).message).toBe(message);
  });

  it('has an empty message without a cause', () => {
    expect(failureOf({ Error: 'X' }).message).toBe('');
  });
});
