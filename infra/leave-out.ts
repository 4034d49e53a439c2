import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
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

/** What reads streams of the web, as browsers have them: bodies here are bytes and Node's streams. */
const WEB_STREAMS =
  /serde[\\/]util-stream[\\/].*(sdk-stream-mixin|stream-collector|ChecksumStream|ChunkedEncodingStream)\.browser\.js$/;
/** Asks a virtual machine for its region: a function has it in a variable. */
const MACHINE_REGION = /regionConfig[\\/]getInstanceMetadataRegion\.js$/;
/** Retries that slow a client down by what it meets: the stages' clients keep to the standard mode. */
const ADAPTIVE_RETRIES = /util-retry[\\/](AdaptiveRetryStrategy|DefaultRateLimiter)\.js$/;
/** Asks the table of all partitions for a prefix that is empty until somebody sets another table. */
const USER_AGENT = /middleware-user-agent[\\/]user-agent-middleware\.js$/;
const PREFIX_IMPORT = 'import { getUserAgentPrefix } from "../util-endpoints/lib/aws/partition";';

const NO_ENDPOINT_CACHE = 'export class EndpointCache {}';
const NO_SHARED_FILES = `export { CONFIG_PREFIX_SEPARATOR } from './constants';
  export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`;

/** Leaves out of the bundles what libraries bring along and nobody calls in Lambda; a call all the same throws. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onLoad }) {
    onLoad({ filter: JSON_SCHEMA }, ({ path }) => replaced(path, /^export (?:const|function|class) (\w+)/gm));
    onLoad({ filter: DIGESTS }, ({ path }) => replaced(path, /^export class (\w+)/gm));
    onLoad({ filter: ADAPTIVE_RETRIES }, ({ path }) => replaced(path, /^export class (\w+)/gm));
    onLoad({ filter: MACHINE_REGION }, ({ path }) => replaced(path, /^export (?:const|(?:async )?function) (\w+)/gm));
    onLoad({ filter: WEB_STREAMS }, ({ path }) =>
      replaced(path, /^export (?:const|(?:async )?function|class) (\w+)/gm),
    );
    onLoad({ filter: USER_AGENT }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(PREFIX_IMPORT)) throw new Error(`${path} ${WRITTEN_ANEW}`);
      return { contents: text.replace(PREFIX_IMPORT, 'const getUserAgentPrefix = () => "";'), loader: 'js' };
    });
    onLoad({ filter: ENDPOINT_CACHE }, () => ({ contents: NO_ENDPOINT_CACHE, loader: 'js' }));
    onLoad({ filter: SHARED_FILES }, () => ({ contents: NO_SHARED_FILES, loader: 'js' }));
    onLoad({ filter: MANIFEST }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

const WRITTEN_ANEW = 'is written in another way: look at infra/leave-out.ts';

/** The same exports, all of them one function that throws when it is called or made. */
function replaced(path: string, exported: RegExp) {
  const names = [...readFileSync(path, 'utf8').matchAll(exported)].map(([, name]) => name);
  if (names.length === 0) throw new Error(`${path} ${WRITTEN_ANEW}`);
  const contents = `function leftOut() { throw new Error('left out by infra/leave-out.ts: ${basename(path)}'); }
    export { ${names.map((name) => `leftOut as ${name}`).join(', ')} };`;
  return { contents, loader: 'js' } as const;
}
