import * as z from 'zod';
import { PlatformFault, type PlatformFaultName } from '../platform-fault.ts';

/** What Lambda answers when a function has failed; runtimes add a trace and more. */
const FailedPayload = z.object({ errorType: z.string().default(''), errorMessage: z.string().default('') });

/** How Lambda ends a process for its memory, in older runtimes' words and in today's. */
const KILLED_FOR_MEMORY = /signal: killed|OutOfMemory|out of memory/i;
const TIMED_OUT = /Task timed out after/;

/**
 * Reads a failed function's answer: the function's own error keeps its name, Lambda's own reports get ours.
 *
 * @param payload the answer's text: `{"errorType":"CorruptData","errorMessage":"…","trace":[…]}`
 */
export function functionError(functionName: string, payload: string): Error {
  const { errorType, errorMessage } = parsed(payload);
  const platform = platformFaultName(errorType, errorMessage);
  if (platform) return new PlatformFault(platform, `'${functionName}' failed: ${errorMessage || errorType}`);
  const error = new Error(errorMessage);
  error.name = errorType || 'Error';
  return error;
}

function parsed(payload: string): z.output<typeof FailedPayload> {
  try {
    const result = FailedPayload.safeParse(JSON.parse(payload));
    if (result.success) return result.data;
  } catch {
    // Not JSON: the text itself is all there is to tell.
  }
  return { errorType: 'Runtime.Unknown', errorMessage: payload };
}

function platformFaultName(errorType: string, message: string): PlatformFaultName | undefined {
  if (errorType === 'Sandbox.Timedout' || (errorType === '' && TIMED_OUT.test(message))) return 'ShardTimedOut';
  if (!errorType.startsWith('Runtime.')) return undefined;
  return KILLED_FOR_MEMORY.test(`${errorType} ${message}`) ? 'OutOfMemory' : 'WorkerDied';
}
