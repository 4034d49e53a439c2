import { countWords } from './count-words.ts';
import { drift } from './drift.ts';
import { fixedWidth } from './fixed-width.ts';
import { ownThreads } from './own-threads.ts';
import { shortRunsFirst } from './short-runs-first.ts';
import { sumNumbers } from './sum-numbers.ts';

/** Only `tasks` must be there. */
export const tasks = [countWords, sumNumbers];
export const sources = [fixedWidth];
export const models = [drift];
export const priority = shortRunsFirst;
export const provider = ownThreads;
