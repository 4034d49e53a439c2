import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PARSED_ONCE, parseStrictly } from '../../lib/core/parse-strictly.ts';

const Event = z.strictObject({ run: z.string(), slots: z.array(z.strictObject({ count: z.int() })).default([]) });

describe('parseStrictly', () => {
  it('gives back what the schema makes of a value', () => {
    expect(parseStrictly(Event, { run: 'r' }, 'event')).toEqual({ run: 'r', slots: [] });
    expect(parseStrictly(Event, { run: 'r' }, 'event', PARSED_ONCE)).toEqual({ run: 'r', slots: [] });
  });

  it('names each field that is wrong with its path, and keeps the cause', () => {
    const parse = () =>
      parseStrictly(Event, { slots: [{ count: 1 }, { count: 'x' }], more: 1 }, 'event of the sharder');
    expect(parse).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: expect.stringMatching(
          /^event of the sharder is not as it should be: run: .+; slots\.1\.count: .+; value: .*"more"/,
        ),
        cause: expect.any(z.ZodError),
      }),
    );
  });

  it('names ten problems at the most', () => {
    const slots = Array.from({ length: 25 }, () => ({ count: 'x' }));
    expect(() => parseStrictly(Event, { run: 'r', slots }, 'event')).toThrow(
      /^(?:(?!slots\.10\.).)*slots\.9\.count[^;]*$/,
    );
  });
});
