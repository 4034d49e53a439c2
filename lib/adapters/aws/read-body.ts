import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, ForeshardError } from '../../core/foreshard-error.ts';
import type { DurationMs } from '../../core/quantity.ts';
import { fullJitter } from './full-jitter.ts';

/** The client tries a request again, but not a body that breaks off after its answer has begun. */
const BODY_ATTEMPT_MAX = 3;
const BACKOFF = { firstMs: 50, maxMs: 2_000 };

/** How long a body may stand still; its bytes come in pieces of some kB. */
export const STALL_MS: DurationMs = 10_000;

interface BodyRead {
  /** For the message: `GetObject of 'runs/a/0'`. */
  readonly what: string;
  readonly stallMs: DurationMs;
}

/**
 * Reads a body whole: one that breaks off, stands still or does not fit its checksum is asked for again, with full
 * jitter.
 *
 * @param ask one request, with its own attempts; aborting the signal ends its connection
 * @throws {ForeshardError} `StoreUnavailable` when no body came whole; what `ask` throws as it is
 */
export async function readBody(
  ask: (signal: AbortSignal) => Promise<Readable | undefined>,
  { what, stallMs }: BodyRead,
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    const control = new AbortController();
    const body = await ask(control.signal);
    try {
      return body ? await bytesOf(body, { control, stallMs }) : new Uint8Array();
    } catch (cause) {
      if (attempt >= BODY_ATTEMPT_MAX) {
        const message = `${what} failed: no body came whole in ${attempt} attempts, the last: ${errorMessage(cause)}`;
        throw new ForeshardError('StoreUnavailable', message, { cause });
      }
      await sleep(fullJitter(attempt, BACKOFF));
    }
  }
}

async function bytesOf(
  body: Readable,
  { control, stallMs }: Pick<BodyRead, 'stallMs'> & { readonly control: AbortController },
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const stalled = setTimeout(() => {
    control.abort();
    body.destroy(new Error(`nothing came for ${stallMs} ms`));
  }, stallMs);
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      stalled.refresh();
    }
    return new Uint8Array(Buffer.concat(chunks));
  } finally {
    clearTimeout(stalled);
  }
}
