import { ForeshardError, type ForeshardErrorName } from '../core/foreshard-error.ts';

/** How many problems one refusal names: enough to mend several at once, few enough to read. */
const PROBLEMS_MAX = 10;

/** Something wrong with a definition: where, what, what is allowed and what to do. */
export interface Problem {
  readonly name: ForeshardErrorName;
  readonly message: string;
}

/** A problem of the most general kind. */
export function invalid(message: string): Problem {
  return { name: 'InvalidWorkflow', message };
}

/**
 * Takes the first problems and makes one error of them; its name is the one that they share, or `InvalidWorkflow`.
 *
 * @param problems found one by one: no more are looked for than are shown
 * @returns nothing when there is no problem
 */
export function refusal(problems: Iterable<Problem>): ForeshardError | undefined {
  const found: Problem[] = [];
  for (const problem of problems) {
    found.push(problem);
    if (found.length > PROBLEMS_MAX) break;
  }
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length === 1) return new ForeshardError(first.name, first.message);
  const name = found.every((problem) => problem.name === first.name) ? first.name : 'InvalidWorkflow';
  const shown = found.slice(0, PROBLEMS_MAX).map(({ message }) => `\n- ${message}`);
  const count =
    found.length > PROBLEMS_MAX ? `more than ${PROBLEMS_MAX} problems, the first of them` : `${found.length} problems`;
  return new ForeshardError(name, `the workflow has ${count}:${shown.join('')}`);
}
