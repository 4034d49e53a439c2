import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** Zod's way to JSON Schema: for editors, made on a developer's machine. */
const JSON_SCHEMA = /zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/;
/** Each client reads its own version out of all that its package says of itself. */
const MANIFEST = /@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/;
/** Digests in JavaScript, for a Node without its own crypto; their neighbours take Node's. */
const DIGESTS = /dist-es[\\/].*[\\/](Sha1Js|Sha256Js|Md5Js)\.js$/;
/** Where DynamoDB's client would keep endpoints that it has discovered, which it does only when asked to. */
const ENDPOINT_CACHE = /@aws-sdk[\\/]endpoint-cache[\\/]dist-es[\\/]index\.js$/;
/** `~/.aws/config` and `~/.aws/credentials`: in Lambda nobody has a home, and a variable says what differs. */
const SHARED_FILES = /shared-ini-file-loader[\\/]loadSharedConfigFiles\.js$/;

const NO_ENDPOINT_CACHE = 'export class EndpointCache {}';
const NO_SHARED_FILES = `export { CONFIG_PREFIX_SEPARATOR } from './constants';
  export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`;

/** Leaves out of the bundles what libraries bring along and nobody calls in Lambda; a call all the same throws. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onLoad }) {
    onLoad({ filter: JSON_SCHEMA }, ({ path }) => replaced(path, /^export (?:const|function|class) (\w+)/gm));
    onLoad({ filter: DIGESTS }, ({ path }) => replaced(path, /^export class (\w+)/gm));
    onLoad({ filter: ENDPOINT_CACHE }, () => ({ contents: NO_ENDPOINT_CACHE, loader: 'js' }));
    onLoad({ filter: SHARED_FILES }, () => ({ contents: NO_SHARED_FILES, loader: 'js' }));
    onLoad({ filter: MANIFEST }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** The same exports, each of which throws when it is called or made. */
function replaced(path: string, exported: RegExp) {
  const names = [...readFileSync(path, 'utf8').matchAll(exported)].map(([, name]) => name);
  if (names.length === 0) throw new Error(`${path} is written in another way: look at infra/leave-out.ts`);
  const contents = names.map((name) => `export function ${name}() { throw new Error('left out: ${name}'); }`);
  return { contents: contents.join('\n'), loader: 'js' } as const;
}
