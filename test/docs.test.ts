import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fences, shell, writeFiles } from './fixtures/doc-blocks.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const prose = (markdown: string) => markdown.replace(/^```[\s\S]*?^```$/gm, '');

describe('links', () => {
  const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'));

  it('sees the pages it is about', () => {
    expect(pages).toContain('docs/architecture.md');
    expect(pages).toContain('CONTRIBUTING.md');
    expect(pages.length).toBeGreaterThan(15);
  });

  it.each(pages)('of %s point to something', (page) => {
    const targets = [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets.filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(page, target));
    expect(broken).toEqual([]);
  });

  it.each(pages)('of %s name files that there are', (page) => {
    const named = [
      ...prose(read(page)).matchAll(/`((?:lib|functions|infra|test|bench|events|examples|docs)\/[\w./-]+\.\w+)`/g),
    ];
    // NAME is the reader's to choose
    const paths = named.map(([, path = '']) => path).filter((path) => !path.includes('NAME'));
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsOf(read(file)).has(anchor);
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...prose(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface State {
  readonly Type: string;
  /** Of a map: what is done with each item. */
  readonly ItemProcessor?: Machine;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
}

/** The edges of a state machine, `[*]` for its start and for every end. */
function edgesOf(file: string): readonly string[] {
  const machine: Machine = JSON.parse(read(file));
  return waysOf(machine, { from: '[*]', nameOf: (state) => state });
}

/** A map's own states start from it and end in it. */
function waysOf(
  { StartAt, States }: Machine,
  { from, nameOf }: { readonly from: string; readonly nameOf: (state: string) => string },
): readonly string[] {
  const ways = Object.entries(States).flatMap(([name, state]) => {
    const { Type, Next, End, Default, Choices = [], Catch = [], ItemProcessor } = state;
    const targets = [Next, Default, ...Choices.map((one) => one.Next), ...Catch.map((one) => one.Next)];
    const ends = End === true || Type === 'Succeed' || Type === 'Fail' ? [from] : [];
    const inner = ItemProcessor
      ? waysOf(ItemProcessor, { from: nameOf(name), nameOf: (one) => `${name}: ${one}` })
      : [];
    const to = [...targets.flatMap((target) => (target === undefined ? [] : [nameOf(target)])), ...ends];
    return [...to.map((target) => `${nameOf(name)} -> ${target}`), ...inner];
  });
  return [`${from} -> ${nameOf(StartAt)}`, ...ways];
}

/** The edges of a Mermaid state diagram, with the names that its states are shown under. */
function drawnEdges(diagram: string): readonly string[] {
  const names = new Map(
    [...diagram.matchAll(/^\s*state "([^"]+)" as (\w+)/gm)].map(([, shown = '', id = '']) => [id, shown]),
  );
  const nameOf = (id = '') => names.get(id) ?? id;
  return [...diagram.matchAll(/^\s*(\S+) --> ([^\s:]+)/gm)].map(([, from, to]) => `${nameOf(from)} -> ${nameOf(to)}`);
}

/** The diagram of a state machine: the one that a comment with the file's name stands in front of. */
function diagramOf(file: string): string {
  const [, behind = ''] = read('docs/architecture.md').split(`<!-- ${file} -->`);
  return fences(behind).find(({ language }) => language === 'mermaid')?.text ?? '';
}

describe('architecture.md', () => {
  it.each(['infra/workflow.asl.json', 'infra/slot.asl.json', 'infra/refresh.asl.json'])(
    'draws every state and every way of %s',
    (file) => {
      const edges = [...new Set(edgesOf(file))];
      expect(edges.length).toBeGreaterThan(5);
      expect([...new Set(drawnEdges(diagramOf(file)))].sort()).toEqual(edges.sort());
    },
  );

  it('has every function in its table', () => {
    const functions = globSync('functions/*.ts', { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'));
    const rows = read('docs/architecture.md')
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const missing = functions.filter(
      (path) => path !== 'functions/stage.ts' && !rows.some((row) => row.includes(path)),
    );
    expect(functions.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });
});

/** What the code writes into the keys of items: `RUN#`, `SHARD#`, `LEDGER` and the like. */
function keyParts(): readonly string[] {
  const files = globSync('lib/**/*.ts', { cwd: ROOT });
  const parts = files.flatMap((file) => {
    const found = read(file).matchAll(/(?:\b(?:sort|partition|PARTITION)(?::| =)|return) ['`]([A-Z]+#?)['`$]/g);
    return [...found].map(([, part = '']) => part);
  });
  return [...new Set(parts)];
}

describe('what lies where', () => {
  const page = read('docs/architecture.md');

  it('names every kind of item', () => {
    const parts = keyParts();
    expect(parts).toContain('SHARD#');
    expect(parts.length).toBeGreaterThan(10);
    expect(parts.filter((part) => !page.includes(`\`${part}`))).toEqual([]);
  });

  it('names every document of a run', () => {
    const union = /type DocumentName = ([^;]+);/.exec(read('lib/run/run-document.ts'))?.[1] ?? '';
    const names = [...union.matchAll(/'([\w-]+)'/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => !page.includes(`${name}.json`))).toEqual([]);
  });
});

describe('0005-libraries.md', () => {
  it('has every dependency with its licence, and no other', () => {
    const manifest: Record<string, Record<string, string>> = JSON.parse(read('package.json'));
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const rows = [...read('docs/adr/0005-libraries.md').matchAll(/^\| `([^`]+)` \|.*?\| ([^|]+) \|/gm)];
    const listed = new Map(rows.map(([, name = '', licence = '']) => [name, licence]));
    expect([...listed.keys()].sort()).toEqual(names.sort());
    const wrong = names.filter((name) => installedLicence(name, listed.get(name)) !== listed.get(name));
    expect(wrong).toEqual([]);
  });
});

/** A package for another kind of machine is not installed: what is written of it stands. */
function installedLicence(name: string, written: string | undefined): string | undefined {
  const path = `node_modules/${name}/package.json`;
  return existsSync(join(ROOT, path)) ? JSON.parse(read(path)).license : written;
}

describe('extending.md', () => {
  it('shows its examples as they are in their files, which tsc and their contract suites check', () => {
    const shown = fences(read('docs/extending.md')).filter(({ path }) => path !== undefined);
    expect(shown.length).toBe(globSync('examples/extending/*.{ts,json}', { cwd: ROOT }).length);
    for (const { path = '', text } of shown) expect(text).toBe(read(path));
  });
});

describe('deploy.md', () => {
  it('shows a stack that tsc has checked', () => {
    const [stack, ...others] = fences(read('docs/deploy.md')).filter(({ language }) => language === 'ts');
    expect(others).toEqual([]);
    expect(stack?.text).toBe(read(stack?.path ?? ''));
  });
});

describe('the shell commands of README.md, CONTRIBUTING.md and deploy.md', () => {
  const commands = ['README.md', 'CONTRIBUTING.md', 'docs/deploy.md']
    .flatMap((page) => fences(read(page)).filter(({ language }) => language === 'sh'))
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => /\bnpm (run|start|test)\b/.test(line));

  it.each(commands)('%s: names a script and benches that there are', (command) => {
    const script = /npm (?:run )?(?:-s )?(\w+)/.exec(command)?.[1] ?? '';
    expect(Object.keys(JSON.parse(read('package.json')).scripts)).toContain(script);
    const bench = /bench -- (\w+)/.exec(command)?.[1];
    if (bench !== undefined) expect(existsSync(join(ROOT, `bench/${bench}.ts`))).toBe(true);
  });
});

describe('examples.md', () => {
  it('shows parts of files that there are', () => {
    const bare = (text: string) => text.replace(/\s/g, '');
    const files = globSync(['events/*.workflow.json', 'examples/*/*.ts'], { cwd: ROOT }).map((path) =>
      bare(read(path)),
    );
    const shown = fences(read('docs/examples.md')).filter(({ language }) => language === 'json' || language === 'ts');
    expect(shown.length).toBeGreaterThan(2);
    for (const { text } of shown) expect(files.some((file) => file.includes(bare(text)))).toBe(true);
  });

  let folder: string | undefined;
  afterAll(() => folder && rm(folder, { recursive: true, force: true }));

  it('prints what it says when its files are written and its commands are run', async () => {
    const blocks = fences(read('docs/examples.md'));
    folder = await checkout();
    await writeFiles(blocks, folder);
    const commands = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
    const printed = blocks.filter(({ language }) => language === 'output').map(({ text }) => text);
    expect(printed.length).toBeGreaterThan(2);
    const { out, err, code } = await shell(commands.join(''), folder);
    expect({ out, code }, err).toEqual({ out: printed.join(''), code: 0 });
  }, 120_000);
});

/** What the reader stands in: the checkout, with a place of its own for what the guide writes. */
async function checkout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foreshard-docs-'));
  for (const part of ['lib', 'functions', 'infra', 'events', 'examples', 'node_modules', 'package.json']) {
    await symlink(join(ROOT, part), join(folder, part));
  }
  return folder;
}
