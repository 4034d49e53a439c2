import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const RESOLVER = /client-([\w-]+)[\\/]dist-es[\\/]endpoint[\\/]endpointResolver\.js$/;
/** S3 asks its rules a second time, for how to sign, in a function that cannot wait; before it comes one that can. */
const S3_AUTH = /client-s3[\\/]dist-es[\\/]auth[\\/]httpAuthSchemeProvider\.js$/;
const IMPORT = 'import { defaultEndpointResolver } from "../endpoint/endpointResolver";';
const RESOLVED =
  'const endpointParameters = await resolveParams(input, { getEndpointParameterInstructions: instructionsFn }, config);';
/** What rules may call: each resolver that has rules registers it for itself, so that it may go where none has. */
const FUNCTIONS = /^\.\/util-endpoints\/aws$/;
/** The plain answer of each client, in `plain-endpoints.ts`. */
const PLAIN_OF: ReadonlyMap<string, string> = new Map([
  ['s3', 'plainS3Endpoint'],
  ['dynamodb', 'plainDynamoEndpoint'],
  ['lambda', 'plainLambdaEndpoint'],
  ['sfn', 'plainStepFunctionsEndpoint'],
  ['cloudwatch', 'plainCloudWatchEndpoint'],
  ['application-auto-scaling', 'plainScalingEndpoint'],
]);
const PLAIN = fileURLToPath(new URL('./plain-endpoints.ts', import.meta.url));

/**
 * Loads the SDK's rules for endpoints only when a question is not plain: 23 kB for FIPS, dual stack, access points and
 * the like. They become a file of their own with all that they need, as what they share with the client would be
 * loaded with it. So do those of the clients that are loaded with their first call: what reads the rules would be in
 * every handler for them.
 */
export const endpointRules: Plugin = {
  name: 'endpoint-rules',
  setup({ onLoad, onResolve, resolve }) {
    onResolve({ filter: FUNCTIONS }, async ({ path, pluginData, importer, resolveDir, kind }) => {
      if (pluginData === 'asked') return undefined;
      const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'asked' });
      return { ...found, sideEffects: false };
    });
    onLoad({ filter: RESOLVER, namespace: 'file' }, ({ path }) => {
      const client = RESOLVER.exec(path)?.[1] ?? '';
      return PLAIN_OF.has(client) ? { contents: plainFirst(client, path), loader: 'js' } : undefined;
    });
    onResolve({ filter: /^whole-rules:/ }, ({ path }) => ({
      path: path.slice('whole-rules:'.length),
      namespace: 'whole-rules',
    }));
    onLoad({ filter: /.*/, namespace: 'whole-rules' }, async ({ path }) => {
      if (!wholeRules.has(path)) wholeRules.set(path, withAllItNeeds(path));
      return { contents: (await wholeRules.get(path)) ?? '', loader: 'js' };
    });
    onLoad({ filter: S3_AUTH }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(IMPORT) || !text.includes(RESOLVED)) {
        throw new Error(`${path} is written in another way: look at infra/endpoint-rules.ts`);
      }
      const contents = text
        .replace(IMPORT, IMPORT.replace('{ ', '{ prepareEndpoint, '))
        .replace(RESOLVED, `${RESOLVED}\n    await prepareEndpoint(endpointParameters);`);
      return { contents, loader: 'js' };
    });
  },
};

/** By path: every handler's bundle has the same. */
const wholeRules = new Map<string, Promise<string>>();

async function withAllItNeeds(path: string): Promise<string> {
  const options = { bundle: true, platform: 'node', format: 'esm', write: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [path] });
  return outputFiles[0]?.text ?? '';
}

function plainFirst(client: string, path: string): string {
  return `
    import { ${PLAIN_OF.get(client)} as plainEndpoint } from ${JSON.stringify(PLAIN)};
    let whole;
    export async function prepareEndpoint(params) {
      if (!plainEndpoint(params)) whole ??= await import(${JSON.stringify(`whole-rules:${path}`)});
    }
    export function defaultEndpointResolver(params, context) {
      const plain = plainEndpoint(params);
      if (plain) return plain;
      if (whole) return whole.defaultEndpointResolver(params, context);
      return prepareEndpoint(params).then(() => whole.defaultEndpointResolver(params, context));
    }`;
}
