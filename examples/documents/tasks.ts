/** The built-in tasks, and the function that `lambda` calls on this machine in place of the one on AWS. */
import { handler } from './readability.ts';

export { tasks } from '../../lib/tasks/built-in-tasks.ts';
export const functions = { readability: handler };
