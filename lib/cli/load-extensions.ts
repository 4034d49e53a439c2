import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { errorPlace } from '../core/error-place.ts';
import { errorMessage, ForeshardError } from '../core/foreshard-error.ts';
import { type ExtensionModule, type Extensions, extensionsOf } from '../run/extensions.ts';

/** The tasks that come with Foreshard. */
const BUILT_IN = new URL('../tasks/built-in-tasks.ts', import.meta.url);

/** The module of the task code: the user's own, or what comes with Foreshard. */
export function tasksEntry(module: string | undefined): URL {
  return module === undefined ? BUILT_IN : pathToFileURL(resolve(module));
}

/**
 * Loads code of the user's own.
 *
 * @param module path of a module that exports `tasks`, and perhaps `sources` and the like; without one the built-in tasks
 * @throws {ForeshardError} `InvalidInput` when the module cannot be loaded, or exports no `tasks` or what is no extension
 */
export async function loadExtensions(module: string | undefined): Promise<Extensions> {
  return extensionsOf(await loadModule(module));
}

/** The same as it is exported. */
export async function loadModule(module: string | undefined): Promise<ExtensionModule> {
  const entry = tasksEntry(module);
  const name = module ?? fileURLToPath(entry);
  const loaded: unknown = await import(entry.href).catch((cause: unknown) => {
    throw new ForeshardError('InvalidInput', `task code '${name}' cannot be loaded: ${causeText(cause)}`, { cause });
  });
  const tasks = typeof loaded === 'object' && loaded !== null && 'tasks' in loaded ? loaded.tasks : undefined;
  if (!Array.isArray(tasks)) {
    throw new ForeshardError(
      'InvalidInput',
      `task code '${name}' exports no list named tasks; end it with: export const tasks = [yourTask]`,
    );
  }
  return loaded as ExtensionModule;
}

/** What is wrong with the module, and what to do about it. */
function causeText(cause: unknown): string {
  const message = errorMessage(cause);
  if (message.includes('outside a module') || message.includes("Unexpected token 'export'")) {
    return `${message}; its package.json does not say that it is a module: npm pkg set type=module, or call the file .mts`;
  }
  if (codeOf(cause) === 'ERR_MODULE_NOT_FOUND') {
    return `${message.replace(` imported from ${fileURLToPath(import.meta.url)}`, '')}; check the path behind --tasks and the imports in it, each with its ending`;
  }
  const place = errorPlace(cause);
  return `${message}${place === undefined ? '' : ` at ${place}`}; mend it there`;
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
