import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** Zod's way to JSON Schema: for editors, made on a developer's machine. */
const JSON_SCHEMA = /zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/;
/** Each client reads its own version out of all that its package says of itself. */
const MANIFEST = /@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/;

/** Leaves out of the bundles what libraries bring along and nobody calls in Lambda; a call all the same throws. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onLoad }) {
    onLoad({ filter: JSON_SCHEMA }, ({ path }) => {
      const names = readFileSync(path, 'utf8').matchAll(/^export (?:const|function|class) (\w+)/gm);
      const contents = [...names].map(
        ([, name]) => `export function ${name}() { throw new Error('left out: ${name}'); }`,
      );
      return { contents: contents.join('\n'), loader: 'js' };
    });
    onLoad({ filter: MANIFEST }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
