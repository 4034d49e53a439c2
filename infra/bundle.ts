import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { ExtensionModule } from '../lib/run/extensions.ts';
import { endpointRules } from './endpoint-rules.ts';
import { lazyParts } from './lazy-parts.ts';
import { leanSchemas } from './lean-schemas.ts';
import { leaveOut } from './leave-out.ts';
import { namesBesideZod, trimZod } from './trim-zod.ts';

const ROOT = join(import.meta.dirname, '..');

/** The SDK's CommonJS parts ask for `require`, which an ES module has not. */
const REQUIRE_BANNER =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

export interface Bundle {
  /** The folder of all handlers: one code asset, `sharder.mjs` beside the chunks that they share. */
  readonly directory: string;
  /** By handler. */
  readonly sizes: ReadonlyMap<string, BundleSize>;
  /** Names that may be called of zod's methods, for what is to be bundled alike. */
  readonly called: ReadonlySet<string>;
}

export interface BundleSize {
  /** The handler's own file and all chunks that are loaded with it. */
  readonly bytes: number;
  /** The part of it that is the AWS SDK. */
  readonly sdkBytes: number;
}

export interface BundleOptions {
  /** Files of `functions/`, without their ending. */
  readonly handlers: readonly string[];
  /** The module with code of the user's own: it exports `tasks`, and perhaps `sources`, `models`, `priority`, `provider`. */
  readonly tasksEntry: string;
  /** @default - a new folder among the temporary ones */
  readonly directory?: string;
}

/**
 * Bundles handlers, for the stack and for the benches alike: each by itself, because every chunk that handlers share is
 * one more file to load. Dynamic imports stay dynamic, so that a handler loads no client that it does not use. The SDK
 * goes in: what runs is what was tested, and it starts faster than the runtime's own copy.
 */
export async function bundle({ handlers, tasksEntry, directory }: BundleOptions): Promise<Bundle> {
  const outdir = directory ?? mkdtempSync(join(tmpdir(), 'foreshard-bundle-'));
  const sizes = new Map<string, BundleSize>();
  const called = await calledNames(handlers, tasksEntry);
  const shared = bundleOptions(called);
  for (const name of handlers) {
    const stdin = { contents: entryOf(name, tasksEntry), resolveDir: ROOT, loader: 'ts' } as const;
    const plugins = [...(shared.plugins ?? []), ...(usesAPart(name) ? [onlyWhatIsUsed(tasksEntry)] : [])];
    const { metafile } = await build({ ...shared, plugins, stdin, entryNames: name, outdir, metafile: true });
    sizes.set(name, loadedSize(metafile));
  }
  return { directory: outdir, sizes, called };
}

/** What each handler needs of the user's own code: nothing else goes into its bundle. */
const NEEDS: ReadonlyMap<string, readonly (keyof ExtensionModule)[]> = new Map([
  ['sharder', ['tasks', 'sources', 'priority']],
  ['worker', ['tasks', 'sources']],
  ['allocator', ['priority']],
  ['refresher', ['models']],
  ['reserver', ['provider']],
  ['cleaner', ['provider']],
]);

function usesAPart(handler: string): boolean {
  return NEEDS.get(handler)?.includes('tasks') === false;
}

/** Making a task is a call, which esbuild must keep: a handler that runs no tasks leaves their files out by this. */
function onlyWhatIsUsed(tasksEntry: string): Plugin {
  const own = dirname(resolve(ROOT, tasksEntry));
  return {
    name: 'only-what-is-used',
    setup({ onResolve, resolve: resolved }) {
      onResolve({ filter: /^[./]/ }, async ({ path, pluginData, ...from }) => {
        const { importer, resolveDir, kind } = from;
        if (pluginData === 'asked' || !(importer === '<stdin>' || importer.startsWith(own))) return undefined;
        const found = await resolved(path, { importer, resolveDir, kind, pluginData: 'asked' });
        return found.path.startsWith(own) ? { ...found, sideEffects: false } : found;
      });
    },
  };
}

function entryOf(handler: string, tasksEntry: string): string {
  const used = NEEDS.get(handler) ?? [];
  const own = `import * as own from ${JSON.stringify(resolve(ROOT, tasksEntry))};`;
  return `${used.length > 0 ? own : ''}
    import { onLambda } from './infra/on-lambda.ts';
    import { handler as stage } from './functions/${handler}.ts';
    export const handler = onLambda(stage, { tasks: [], ${used.map((name) => `${name}: own.${name}`).join(', ')} });`;
}

/** Names that any source which imports zod may call: a build that is thrown away tells which sources there are. */
async function calledNames(handlers: readonly string[], tasksEntry: string): Promise<ReadonlySet<string>> {
  const entryPoints = [
    'infra/on-lambda.ts',
    resolve(ROOT, tasksEntry),
    ...handlers.map((name) => `functions/${name}.ts`),
  ];
  const { metafile } = await build({
    ...bundleOptions(),
    entryPoints,
    outdir: 'none',
    write: false,
    metafile: true,
    minify: false,
  });
  return namesBesideZod(metafile, (path) => readFileSync(join(ROOT, path), 'utf8'));
}

/**
 * How everything that goes to Lambda is bundled.
 *
 * @param called names that may be called of zod's methods; without them it keeps all
 */
export function bundleOptions(called?: ReadonlySet<string>): BuildOptions {
  const credentials = fileURLToPath(new URL('./role-credentials.ts', import.meta.url));
  const eventStreams = fileURLToPath(new URL('./no-event-streams.ts', import.meta.url));
  return {
    absWorkingDir: ROOT,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    alias: { '@aws-sdk/credential-provider-node': credentials, '@smithy/core/event-streams': eventStreams },
    plugins: [lazyParts(), leanSchemas, endpointRules, leaveOut, ...(called === undefined ? [] : [trimZod(called)])],
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
    legalComments: 'none',
    logLevel: 'error',
  };
}

const bundled = new Map<string, string>();

/** The same, where there is no waiting: a construct is made in one go. Equal options are bundled once. */
export function bundleNow(options: Omit<BundleOptions, 'directory'>): string {
  const key = JSON.stringify(options);
  const known = bundled.get(key);
  if (known !== undefined) return known;
  const directory = mkdtempSync(join(tmpdir(), 'foreshard-bundle-'));
  const script = `import { bundle } from ${JSON.stringify(import.meta.url)};
    await bundle(${JSON.stringify({ ...options, directory })});`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  bundled.set(key, directory);
  return directory;
}

/** What Node reads before the handler can work: its file and, through static imports, its chunks. */
function loadedSize({ outputs }: Metafile): BundleSize {
  const waiting = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === '<stdin>');
  const loaded = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (loaded.has(path)) continue;
    loaded.add(path);
    for (const { path: to, kind } of outputs[path]?.imports ?? []) {
      if (outputs[to] && kind === 'import-statement') waiting.push(to);
    }
  }
  const chunks = [...loaded].flatMap((path) => outputs[path] ?? []);
  const inputs = chunks.flatMap(({ inputs }) => Object.entries(inputs));
  return {
    bytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
    sdkBytes: inputs.filter(([path]) => SDK.test(path)).reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0),
  };
}

const SDK = /node_modules\/(@aws-sdk|@smithy)\//;
