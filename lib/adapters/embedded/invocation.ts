/** What one call of a function knows of itself; the fields have the names of Lambda's context. */
export interface Invocation {
  readonly functionName: string;
  readonly awsRequestId: string;
  readonly memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

/** A function in this process: its event and what it knows of the call. */
export type LocalHandler = (event: unknown, invocation: Invocation) => Promise<unknown>;

/** What goes to a worker thread: JSON text, as Lambda's event is. */
export interface ThreadCall {
  readonly functionName: string;
  readonly awsRequestId: string;
  readonly memoryMiB: number;
  readonly eventJson: string;
  /** By the clock of the thread's own machine, which is this one. */
  readonly endsAt: number;
}

/** What comes back: the answer, or the error that the function threw; an error's name does not survive the border. */
export type ThreadAnswer =
  | { readonly answerJson: string }
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string | undefined } };

/** What a worker thread is started with. */
export interface ThreadStart {
  /** The module whose `createHandler` makes the thread's function. */
  readonly entry: string;
  readonly data: unknown;
}

/** What the entry module of a worker thread exports: called once in each thread, before its first call. */
export type CreateHandler = (data: unknown) => Promise<LocalHandler>;
