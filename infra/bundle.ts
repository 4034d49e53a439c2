import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** The SDK's CommonJS parts ask for `require`, which an ES module has not. */
const REQUIRE_BANNER =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

export interface Bundle {
  /** The folder of all handlers: one code asset, `sharder.mjs` beside the chunks that they share. */
  readonly directory: string;
  /** By handler. */
  readonly sizes: ReadonlyMap<string, BundleSize>;
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
  /** The module with the task code, which the handlers know as `#tasks`. */
  readonly tasksEntry: string;
  /** @default - a new folder among the temporary ones */
  readonly directory?: string;
}

/**
 * Bundles handlers, for the stack and for the benches alike: one run of esbuild, shared chunks, and dynamic imports
 * that stay dynamic, so that a handler loads no client that it does not use. The SDK goes in: what runs is what was
 * tested, and it starts faster than the runtime's own copy.
 */
export async function bundle({ handlers, tasksEntry, directory }: BundleOptions): Promise<Bundle> {
  const outdir = directory ?? mkdtempSync(join(tmpdir(), 'foreshard-bundle-'));
  const { metafile } = await build({
    ...bundleOptions(tasksEntry),
    entryPoints: handlers.map((name) => ({ in: join(ROOT, 'functions', `${name}.ts`), out: name })),
    outdir,
    metafile: true,
  });
  return { directory: outdir, sizes: new Map(handlers.map((name) => [name, loadedSize(name, metafile, tasksEntry)])) };
}

/** How everything that goes to Lambda is bundled. */
export function bundleOptions(tasksEntry: string): BuildOptions {
  const credentials = fileURLToPath(new URL('./role-credentials.ts', import.meta.url));
  return {
    absWorkingDir: ROOT,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    alias: { '#tasks': tasksEntry, '@aws-sdk/credential-provider-node': credentials },
    plugins: [literalSchemas],
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

/**
 * Writes the SDK's schemas with literal keys. They come as `{[_x]: 1}` with `_x` a constant, which esbuild must keep,
 * used or not, as a computed key could have an effect: a third of the S3 client would be schemas of calls never made.
 */
const literalSchemas: Plugin = {
  name: 'literal-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const names = new Map(
        [...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const contents = text
        .replace(/\[(_\w+)\]:/g, (whole, name) => (names.has(name) ? `${names.get(name)}:` : whole))
        .replace(/\b(_\w+)(?=[,\]])/g, (name) => names.get(name) ?? name);
      return { contents, loader: 'js' };
    });
  },
};

/** Handlers that load the task code: see `taskCode` of functions/stage.ts. */
const WITH_TASKS: ReadonlySet<string> = new Set(['sharder', 'worker']);

/** What Node reads before the handler can work: its file and, through static imports, its chunks. */
function loadedSize(name: string, { outputs }: Metafile, tasksEntry: string): BundleSize {
  // Imported dynamically, because the embedded runtime has its own; on AWS they are loaded with the first call.
  const late = new Set([
    'lib/adapters/aws/aws-services.ts',
    ...(WITH_TASKS.has(name) ? [relative(ROOT, tasksEntry)] : []),
  ]);
  const waiting = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === `functions/${name}.ts`);
  const loaded = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (loaded.has(path)) continue;
    loaded.add(path);
    for (const { path: to, kind } of outputs[path]?.imports ?? []) {
      if (outputs[to] && (kind === 'import-statement' || late.has(outputs[to].entryPoint ?? ''))) waiting.push(to);
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
