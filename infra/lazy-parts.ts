import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** Parts of handlers that few events need: each has async functions alone, so that a call can wait for its code. */
const LAZY_PARTS = [
  // the models, for runs with a backlog
  'lib/run/backlog/forecast-steps.ts',
  // the changes, for looks that find one worth its cost
  'lib/reshard/make-change.ts',
  // the recovery, for runs that were interrupted
  'lib/recover/resume-run.ts',
];
const ASYNC_FUNCTION = /^export async function (\w+)/gm;
/** What a caller would not wait for. Types are gone by then. */
const OTHER_EXPORT = /^export (?!async function|type |interface )/m;

/**
 * Makes files of their own of those parts, which a handler loads with the first call of one of their functions. The
 * sources import them as usual: tests and simulations, where no time may pass unseen, load them at the start.
 *
 * @param parts paths from the root of the project
 */
export function lazyParts(parts: readonly string[] = LAZY_PARTS): Plugin {
  const paths = new Set(parts.map((part) => resolve(ROOT, part)));
  return {
    name: 'lazy-parts',
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path, suffix }) => {
        return paths.has(path) && suffix !== WHOLE ? { contents: waitingFor(path), loader: 'js' } : undefined;
      });
      onResolve({ filter: /^lazy-part:/ }, ({ path }) => ({ path: path.slice('lazy-part:'.length), suffix: WHOLE }));
    },
  };
}

/** Tells the part itself from what waits for it. */
const WHOLE = '?whole';

function waitingFor(path: string): string {
  const text = readFileSync(path, 'utf8');
  const names = [...text.matchAll(ASYNC_FUNCTION)].map(([, name]) => name);
  if (names.length === 0 || OTHER_EXPORT.test(text)) {
    throw new Error(`${path} exports more than async functions: a lazy part cannot, see infra/lazy-parts.ts`);
  }
  const part = `import(${JSON.stringify(`lazy-part:${path}`)})`;
  return names.map((name) => `export const ${name} = async (...call) => (await ${part}).${name}(...call);`).join('\n');
}
