/** Failures that the caller causes: never retried, because the same input fails the same way. */
const BAD_INPUT_NAMES = [
  'InvalidInput',
  'InvalidWorkflow',
  'CyclicWorkflow',
  'UnknownTask',
  'DanglingEdge',
  'DeadlineUnreachable',
  'CorruptData',
  'MissingObject',
  'TaskFailed',
  'UnknownRun',
] as const;

/** Failures of the system around us: worth another attempt. */
const FAULT_NAMES = [
  'LeaseLost',
  'Outrun',
  'ShardTimedOut',
  'OutOfMemory',
  'WorkerDied',
  'Throttled',
  'ChecksumMismatch',
  'StoreUnavailable',
  'InvariantBroken',
] as const;

const BAD_INPUT: ReadonlySet<string> = new Set(BAD_INPUT_NAMES);

/** A name that the state machines and the callers match on; a bundler renames classes, `name` survives. */
export type ForeshardErrorName = (typeof BAD_INPUT_NAMES)[number] | (typeof FAULT_NAMES)[number];

/**
 * The one error class of Foreshard: `name` says what kind of failure it is, `message` what is wrong, the value, what
 * is allowed and what to do, without a full stop.
 */
export class ForeshardError extends Error {
  override readonly name: ForeshardErrorName;

  constructor(name: ForeshardErrorName, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = name;
  }

  /** True when the same input would fail again: the state machines must not retry it. */
  get badInput(): boolean {
    return BAD_INPUT.has(this.name);
  }
}

/** The error's name as the state machines see it: `name` survives a thread or process border, the class does not. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

/** The error's message; anything thrown that is no error is shown as it is. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for an error, of this or another thread, whose cause is the input. */
export function isBadInput(error: unknown): boolean {
  return BAD_INPUT.has(errorName(error));
}
