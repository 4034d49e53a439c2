import { readFileSync } from 'node:fs';
import type { Metafile, Plugin } from 'esbuild';

/** Zod's schemas with their methods, as `zod` exports them. */
const SCHEMAS = /zod[\\/]v4[\\/]classic[\\/]schemas\.js$/;
const OF_ZOD = /node_modules[\\/]zod[\\/]/;
/** One method of a schema's prototype, as that file is written: the indent tells it from everything else. */
const METHOD =
  /^ {4}(?:async |[gs]et )?(?:"~)?(\w+)"?(?:: (?:async )?function \w+)?\(.*\) \{\n(?: {5}.*\n|\n)*? {4}\},?\n/gm;
/** A namespace exported again, of which a bundler must keep all; the same imported by name is shaken. */
const UTIL_BY_NAMESPACE = /import \{ util \} from "\.\.\/core\/index\.js";/;

/** Where every schema is copied to be given its description, which is for editors. */
const DESCRIBE = /describe\(description\) \{[^}]*\{ description \}[^}]*\}/;

/** The file with most of them, and how it gives them: a text alone. A third of the file is for editors. */
const DEFINITION = /lib[\\/]workflow[\\/]definition\.ts$/;
const DESCRIPTION = /\s*\.describe\(\s*(?:'[^'\\\n]*'|"[^"\\\n]*"),?\s*\)/g;

/**
 * Leaves out zod's methods that nobody calls. They are members of one prototype, so a bundler must keep all of them
 * and every format and type behind them: 24 of the sharder's 88 kB of zod. A method is left out
 * when its name follows no dot and stands in no quotes in any source that imports zod, task code included.
 */
export function trimZod(called: ReadonlySet<string>): Plugin {
  return {
    name: 'trim-zod',
    setup({ onLoad }) {
      onLoad({ filter: SCHEMAS }, ({ path }) => ({ contents: trimmed(path, called), loader: 'js' }));
      onLoad({ filter: DEFINITION }, ({ path }) => ({ contents: undescribed(path), loader: 'ts' }));
    },
  };
}

function trimmed(path: string, called: ReadonlySet<string>): string {
  const text = readFileSync(path, 'utf8');
  if (![UTIL_BY_NAMESPACE, DESCRIBE, METHOD].every((part) => text.search(part) >= 0)) {
    throw new Error(`${path} is written in another way: look at infra/trim-zod.ts`);
  }
  const itself = new Set([...text.matchAll(/\b(?:this|inst)\.(\w+)/g)].map(([, name]) => name));
  return text
    .replace(UTIL_BY_NAMESPACE, 'import * as util from "../core/util.js";')
    .replaceAll('core.util.', 'util.')
    .replace(DESCRIBE, 'describe() { return this; }')
    .replace(METHOD, (whole, name) => (called.has(name) || itself.has(name) ? whole : ''));
}

function undescribed(path: string): string {
  const text = readFileSync(path, 'utf8').replace(DESCRIPTION, '');
  if (text.includes('.describe(')) throw new Error(`${path} has a description that infra/trim-zod.ts does not know`);
  return text;
}

/** Every name by which a source that imports zod may call a method of a schema. */
export function namesBesideZod({ inputs }: Metafile, read: (path: string) => string): ReadonlySet<string> {
  const importing = Object.keys(inputs).filter(
    (path) => !OF_ZOD.test(path) && inputs[path]?.imports.some((to) => OF_ZOD.test(to.path)),
  );
  const texts = importing.map(read).join('\n');
  return new Set([...texts.matchAll(/(?:\.\s*|["'`])(\w+)/g)].flatMap(([, name]) => name ?? []));
}
