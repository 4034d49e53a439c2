const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Turns the first Ctrl-C into a clean stop; the second ends the process as it always did. */
export function interruptible(): Disposable & { readonly signal: AbortSignal } {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  for (const signal of SIGNALS) process.once(signal, stop);
  return {
    signal: interrupt.signal,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, stop);
    },
  };
}
