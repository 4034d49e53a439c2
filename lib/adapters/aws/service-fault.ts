import { ForeshardError } from '../../core/foreshard-error.ts';

/** Names under which AWS services say that they were asked too often. */
const THROTTLE_NAMES: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'ConcurrentUpdateException',
  'SlowDown',
]);

/** Names of failures on the way to a service, where no answer came back. */
const NETWORK_NAMES: ReadonlySet<string> = new Set(['TimeoutError', 'NetworkingError', 'RequestTimeout']);
const NETWORK_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);

/**
 * Turns what an AWS client throws, after its own retries, into a failure that the state machines know.
 *
 * @param what the call, for the message: `PutObject of 'runs/a/0'`
 * @returns `Throttled` or `StoreUnavailable`; any other error as it is, because another attempt would not help
 */
export function serviceFault(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error;
  const status = statusOf(error);
  if (THROTTLE_NAMES.has(error.name) || status === 429) {
    return new ForeshardError('Throttled', `${what} was throttled: ${error.message}`, { cause: error });
  }
  const lostOnTheWay = NETWORK_NAMES.has(error.name) || ('code' in error && NETWORK_CODES.has(error.code));
  if (lostOnTheWay || (status !== undefined && status >= 500)) {
    return new ForeshardError('StoreUnavailable', `${what} failed: ${error.message || error.name}`, { cause: error });
  }
  return error;
}

/** The HTTP status of an answer, when there was one. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
