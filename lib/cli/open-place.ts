import type { CommonOptions } from './common-options.ts';
import { loadModule } from './load-extensions.ts';
import type { Home } from './open-home.ts';

/**
 * Opens where a command looks: a deployed stack when one is named, else the folder of the embedded runtime.
 *
 * @throws {ForeshardError} `StoreUnavailable` when another process uses the folder; `InvalidInput` when there is no such
 *   stack
 */
export async function openPlace(
  { stack, home, tasks }: CommonOptions,
  { write }: { readonly write: boolean },
): Promise<Home> {
  if (stack === undefined) return (await import('./open-home.ts')).openHome(home, { write });
  const { openStack } = await import('./open-stack.ts');
  const { services } = await openStack(stack, await loadModule(tasks));
  return { services, async [Symbol.asyncDispose]() {} };
}
