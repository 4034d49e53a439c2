import { ForeshardError } from '../core/foreshard-error.ts';
import type { PointModel } from '../forecast/point-model.ts';
import type { PriorityPolicy } from '../plan/priority-policy.ts';
import type { PoolProvider } from '../ports/pool-provider.ts';
import type { AnySource, SourceRegistry } from './define-source.ts';
import { type AnyTask, type TaskRegistry, taskRegistry } from './define-task.ts';

/** What a module of task code exports: code of the user's own for every place that has room for it. */
export interface ExtensionModule {
  readonly tasks: readonly AnyTask[];
  readonly sources?: readonly AnySource[] | undefined;
  /** Members of every ensemble, beside those that come with Foreshard. */
  readonly models?: readonly PointModel[] | undefined;
  /** In place of Foreshard's order of claims. */
  readonly priority?: PriorityPolicy | undefined;
  /** In place of Lambda, or of this machine's threads. */
  readonly provider?: PoolProvider | undefined;
}

/** The same, as stages look at it: part of their services. */
export interface Extensions {
  readonly tasks: TaskRegistry;
  readonly sources?: SourceRegistry | undefined;
  readonly models?: readonly PointModel[] | undefined;
  readonly priority?: PriorityPolicy | undefined;
}

/** @throws {ForeshardError} `InvalidInput` when two tasks or two sources have one name, or something is not what its name says */
export function extensionsOf(module: ExtensionModule): Extensions {
  const { tasks, sources, models, priority, provider } = module;
  for (const [name, list] of Object.entries({ tasks, sources, models })) {
    if (list !== undefined && !Array.isArray(list)) {
      throw invalid(`the module's ${name} is no list; end it with: export const ${name} = [...]`);
    }
  }
  const claims = { priority: priority?.claimKey, provider: provider?.open };
  for (const [name, exported] of Object.entries({ priority, provider })) {
    if (exported !== undefined && typeof claims[name as keyof typeof claims] !== 'function') {
      throw invalid(`the module's ${name} lacks its function; docs/extending.md shows one`);
    }
  }
  return {
    tasks: taskRegistry(tasks),
    ...(sources && { sources: sourceRegistry(sources) }),
    ...(models && { models }),
    ...(priority && { priority }),
  };
}

function sourceRegistry(sources: readonly AnySource[]): SourceRegistry {
  const registry = new Map<string, AnySource>();
  for (const source of sources) {
    if (registry.has(source.name)) {
      throw invalid(`two data sources are named '${source.name}'; give one of them another name`);
    }
    registry.set(source.name, source);
  }
  return registry;
}

function invalid(message: string): ForeshardError {
  return new ForeshardError('InvalidInput', message);
}
