import * as z from 'zod';

/** One line of a structured log. Other fields are let through and not looked at. */
export const LogLine = z.looseObject({
  at: z.iso.datetime(),
  service: z.string().min(1),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  /** How long the request took, when the line is about one. */
  latencyMs: z.number().nonnegative().optional(),
  stack: z.string().optional(),
});
export type LogLine = z.infer<typeof LogLine>;

/** Frames of a stack that tell one fault from another: what lies deeper is the framework's. */
const FRAMES = 3;

/** Parts of a text that differ from request to request: addresses and ids first, they hold numbers too. */
const VARIABLE = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b0x[0-9a-f]+\b|\b\d+(?:\.\d+)*\b/gi;

/** What two lines of one fault have in common: service, message and innermost frames, without ids and numbers. */
export function fingerprint({ service, message, stack = '' }: Pick<LogLine, 'service' | 'message' | 'stack'>): string {
  const frames = stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES);
  return [service, message, ...frames].map((part) => part.replaceAll(VARIABLE, '#')).join(' | ');
}
