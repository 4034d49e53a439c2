import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

const SCHEMAS = /dist-es[\\/]schemas[\\/]schemas_0\.js$/;
/** The two clients that every handler loads; their errors have the names that the services send. */
const IN_EVERY_HANDLER = /client-(dynamodb|s3)[\\/]/;
const REGISTERED = /^n0_registry\.registerError\((\w+)\$, \w+\);\n/gm;
/** Errors of those clients that a source asks for by their class, or whose fields it reads. */
const BY_CLASS: ReadonlySet<string> = new Set(['ConditionalCheckFailedException']);

/**
 * Makes the SDK's schemas such that a bundler can leave out what no call needs.
 *
 * - They come with keys like `{[_x]: 1}` with `_x` a constant, which must be kept, used or not, as a computed key could
 *   have an effect: written literally, a third of the S3 client goes.
 * - A class for every error that a service has is registered, used or not. An error without one is thrown as the
 *   client's base error, with the name, the message and the status that the service sent.
 */
export const leanSchemas: Plugin = {
  name: 'lean-schemas',
  setup({ onLoad }) {
    onLoad({ filter: SCHEMAS }, ({ path }) => {
      const text = literal(readFileSync(path, 'utf8'));
      const contents = IN_EVERY_HANDLER.test(path)
        ? text.replace(REGISTERED, (whole, name) => (BY_CLASS.has(name) ? whole : ''))
        : text;
      return { contents, loader: 'js' };
    });
  },
};

function literal(text: string): string {
  const constants = [...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)];
  const names = new Map(constants.map(([, name, value]) => [name, value]));
  return text
    .replace(/\[(_\w+)\]:/g, (whole, name) => (names.has(name) ? `${names.get(name)}:` : whole))
    .replace(/\b(_\w+)(?=[,\]])/g, (name) => names.get(name) ?? name);
}
