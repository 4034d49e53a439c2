import { describe, expect, it } from 'vitest';
import { errorPlace } from '../../lib/core/error-place.ts';

const stacked = (...lines: readonly string[]) =>
  Object.assign(new Error('at /not/this.ts:1:1'), { stack: ['Error: at /not/this.ts:1:1', ...lines].join('\n') });

describe('errorPlace', () => {
  it('is the first line of the stack that names a file, and not what the message says', () => {
    const error = stacked('    at run (file:///home/me/tasks.ts:17:9)', '    at work (file:///home/me/other.ts:1:1)');
    expect(errorPlace(error)).toBe('/home/me/tasks.ts:17:9');
  });

  it('is none of Node.js itself', () => {
    const error = stacked(
      '    at JSON.parse (<anonymous>)',
      '    at f (node:fs:1:2)',
      '    at /var/task/index.mjs:1:3344',
    );
    expect(errorPlace(error)).toBe('/var/task/index.mjs:1:3344');
  });

  it('is the place that Node.js puts in front of a syntax error', () => {
    const error = Object.assign(new SyntaxError('Unexpected token'), {
      stack:
        'file:///home/me/tasks.ts:4\n\nenum X { A }\n^^^^\n\nSyntaxError: Unexpected token\n    at f (node:internal:1)',
    });
    expect(errorPlace(error)).toBe('/home/me/tasks.ts:4');
  });

  it.each(['thrown text', undefined, stacked('    at native')])('is nothing where nothing names a file', (error) => {
    expect(errorPlace(error)).toBeUndefined();
  });
});
