import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { DurationMs } from '../../core/quantity.ts';

/**
 * Attempts of one call, with full jitter between them (the SDK's standard mode). What is left after them is `Throttled`
 * or `StoreUnavailable`, and the state machine's turn.
 */
const ATTEMPT_MAX = 6;

/** A connection within the region takes milliseconds: one that takes longer is better tried anew. */
const CONNECTION_TIMEOUT_MS: DurationMs = 2_000;
/** A table answers in milliseconds, a large object takes its time. */
const TABLE_TIMEOUT_MS: DurationMs = 5_000;
const OBJECT_TIMEOUT_MS: DurationMs = 60_000;

export interface StoreClientOptions {
  /**
   * How long an answer may stay away.
   *
   * @default - 5 s for the table, 60 s for objects
   */
  readonly timeoutMs?: DurationMs;
  /** @default - that of the environment */
  readonly region?: string;
  /** @default - that of the environment, else AWS's own */
  readonly endpoint?: string;
}

export function tableClient({ timeoutMs = TABLE_TIMEOUT_MS, ...place }: StoreClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient({ ...place, maxAttempts: ATTEMPT_MAX, requestHandler: timeouts(timeoutMs) });
}

/** Inputs may lie in other regions: the client follows a bucket there, with two requests for one. */
export function objectClient({ timeoutMs = OBJECT_TIMEOUT_MS, ...place }: StoreClientOptions = {}): S3Client {
  return new S3Client({
    ...place,
    maxAttempts: ATTEMPT_MAX,
    followRegionRedirects: true,
    requestHandler: timeouts(timeoutMs),
  });
}

function timeouts(requestTimeout: DurationMs) {
  return { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout, throwOnRequestTimeout: true };
}
