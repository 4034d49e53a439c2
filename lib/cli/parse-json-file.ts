import { errorMessage, ForeshardError } from '../core/foreshard-error.ts';

/** @throws {ForeshardError} `InvalidInput` naming the file and the place when its text is no JSON */
export function parseJsonFile(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ForeshardError('InvalidInput', `'${file}' is no JSON: ${errorMessage(cause)}; mend it there`, { cause });
  }
}
