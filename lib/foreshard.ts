/** What code of your own imports: `import { defineTask } from 'foreshard'`. */
export { PlatformFault } from './adapters/platform-fault.ts';
export { ForeshardError } from './core/foreshard-error.ts';
export type { History, PointForecaster, PointModel } from './forecast/point-model.ts';
export { selfSufficient } from './forecast/point-model.ts';
export type { PriorityPolicy, ShardUrgency } from './plan/priority-policy.ts';
export type { Functions, InvokeOptions } from './ports/functions.ts';
export type { ObjectInfo, ObjectLocation, ObjectStore } from './ports/object-store.ts';
export type { PoolProvider, ProvidedFunctions, ProviderPlace, WorkerStart } from './ports/pool-provider.ts';
export type { Source, SourceRange, SourceRequest } from './run/define-source.ts';
export { defineSource } from './run/define-source.ts';
export type { Block, Task, TaskContext, TaskDefinition } from './run/define-task.ts';
export { defineTask } from './run/define-task.ts';
export type { ExtensionModule } from './run/extensions.ts';
export type { ReadBlock } from './run/input/read-range.ts';
export type { DataRange, InputLayout } from './shards/input-layout.ts';
