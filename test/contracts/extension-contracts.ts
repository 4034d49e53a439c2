/** The contract suites of code of your own: `import { taskContract } from 'foreshard/contracts'`, in a test file of Vitest. */
export { memoryObjectStore } from '../memory-object-store.ts';
export { pointModelContract } from './point-model-contract.ts';
export { priorityContract } from './priority-contract.ts';
export { providerContract } from './provider-contract.ts';
export { type CustomSource, customSourceContract } from './source-contract.ts';
export { type TaskUnderTest, taskContract } from './task-contract.ts';
