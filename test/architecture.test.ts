import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const STAGES = ['workflow', 'profile', 'shards', 'forecast', 'plan', 'run', 'observe', 'reshard', 'recover'];
/** Pure, but not a stage: they may use every stage. */
const PURE = [...STAGES, 'core', 'ports', 'report', 'simulate'];
const LINES_MAX = 250;
/** Files whose name needs their folder's: the definition of a *workflow*, the baselines among the *models*. */
const NAMED_BY_FOLDER: ReadonlySet<string> = new Set([
  'lib/adapters/embedded/thread-entry.ts',
  'lib/core/ids.ts',
  'lib/forecast/models/baselines.ts',
  'lib/workflow/definition.ts',
]);

const files = globSync('{lib,functions,infra}/**/*.ts', { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'));

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[];
}

const IMPORT = /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)/gm;

const sources: readonly Source[] = files.map((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, type, from, dynamic]) => {
    const target = from ?? dynamic ?? '';
    const local = target.startsWith('.') ? relative('.', normalize(join(dirname(path), target))) : target;
    return { from: local.replaceAll('\\', '/'), typeOnly: type !== undefined };
  });
  return { path, text, imports };
});

const folderOf = (path: string) => /^lib\/(\w+)\//.exec(path)?.[1];
const within = (folders: readonly string[]) => sources.filter(({ path }) => folders.includes(folderOf(path) ?? ''));

/** The code alone: what a comment says does not count. */
const codeOf = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

describe('architecture', () => {
  it('sees the files it is about', () => {
    expect(sources.length).toBeGreaterThan(80);
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(200);
  });

  it('lets a stage import only itself, stages to its left, core and the types of ports', () => {
    const wrong = within(STAGES).flatMap(({ path, imports }) => {
      const self = STAGES.indexOf(folderOf(path) ?? '');
      return imports.flatMap(({ from, typeOnly }) => {
        const folder = folderOf(from);
        if (folder === undefined) return [];
        if (folder === 'core' || (folder === 'ports' && typeOnly)) return [];
        const at = STAGES.indexOf(folder);
        return at >= 0 && at <= self ? [] : [`${path} -> ${from}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('keeps SDKs, Node, time and chance out of the pure folders', () => {
    const wrong = within(PURE).flatMap(({ path, text, imports }) => {
      const foreign = imports.filter(({ from }) => /^(node:|@aws-sdk|@smithy|aws-|piscina|dynalite)/.test(from));
      const impure =
        codeOf(text).match(/\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)|\bprocess\.|\bsetTimeout\(/g) ?? [];
      return [...foreign.map(({ from }) => `${path} -> ${from}`), ...impure.map((use) => `${path}: ${use}`)];
    });
    expect(wrong).toEqual([]);
  });

  it('has no embedded adapter in a handler, and so none in a Lambda bundle', () => {
    const handlers = sources.filter(({ path }) => path.startsWith('functions/'));
    const wrong = handlers.flatMap(({ path, imports }) =>
      imports.filter(({ from }) => from.includes('adapters/embedded')).map(({ from }) => `${path} -> ${from}`),
    );
    expect(wrong).toEqual([]);
  });

  it('names every file of lib after what it exports', () => {
    const kebab = (name: string) => name.replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3-$2$4').toLowerCase();
    /** Enough of a word to know it by, whatever its ending: `shards` and `sharding`, `reverse` and `reversed`. */
    const stems = (name: string) =>
      kebab(name)
        .split('-')
        .map((word) => word.slice(0, 4));
    const wrong = sources.filter(({ path, text }) => {
      const file = /([^/]+)\.ts$/.exec(path)?.[1] ?? '';
      const exported = [
        ...text.matchAll(/^export (?:async )?(?:function\*?|const|class|interface|type|abstract class) (\w+)/gm),
      ];
      const known = new Set(exported.flatMap(([, name]) => stems(name ?? '')));
      return path.startsWith('lib/') && exported.length > 0 && !stems(file).some((stem) => known.has(stem));
    });
    expect(wrong.map(({ path }) => path).filter((path) => !NAMED_BY_FOLDER.has(path))).toEqual([]);
  });

  it('has no drawer for odds and ends', () => {
    expect(
      files.filter((path) => /(^|\/)(utils?|helpers?|common|misc|index)\.ts$|\/(utils?|helpers?)\//.test(path)),
    ).toEqual([]);
  });

  it(`keeps files under ${LINES_MAX} lines`, () => {
    const long = sources.filter(({ text }) => text.split('\n').length > LINES_MAX);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('has one function and one sample event for every task of the state machines', () => {
    const functions = new Set<string>();
    for (const machine of ['workflow', 'slot', 'refresh']) {
      const { States } = JSON.parse(readFileSync(join(ROOT, `infra/${machine}.asl.json`), 'utf8')) as {
        States: Record<string, { Parameters?: { FunctionName?: string } }>;
      };
      for (const { Parameters } of Object.values(States)) {
        const name = /^\$\{(\w+)\}$/.exec(Parameters?.FunctionName ?? '')?.[1];
        if (name) functions.add(name.toLowerCase());
      }
    }
    // Slots name their pool's function, schedules call the sweeper and the trainer, and CloudFormation the cleaner.
    for (const name of ['worker', 'sweeper', 'trainer', 'cleaner']) functions.add(name);
    const present = files.map((path) => /^functions\/([\w-]+)\.ts$/.exec(path)?.[1]).filter((name) => name !== 'stage');
    expect(present.filter((name) => name !== undefined).sort()).toEqual([...functions].sort());
    const events = globSync('events/*.event.json', { cwd: ROOT }).map(
      (path) => /([\w-]+)\.event\.json$/.exec(path)?.[1],
    );
    expect(events.sort()).toEqual([...functions].sort());
  });
});
