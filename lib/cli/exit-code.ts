/** What `foreshard` tells the shell: the one place where the numbers are given out. */
export const EXIT_CODES = {
  /** Done; a run met its deadline. */
  ok: 0,
  /** Something around the program failed; the same command may work another time. */
  failed: 1,
  /** The command line or the input is wrong; the same command fails again. */
  badInput: 2,
  /** A run ended after its deadline, or no plan can meet it. */
  deadlineMissed: 3,
  /** A run ended without some of its shards, or was aborted; it can be resumed. */
  incomplete: 4,
  /** Stopped by Ctrl-C or a signal; it can be resumed. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** The numbers with their meaning, for `--help`. */
export const EXIT_CODES_HELP = `Exit codes:
  0    done; a run met its deadline
  1    something around the program failed; the same command may work another time
  2    the command line or the input is wrong
  3    a run ended after its deadline, or no plan can meet it
  4    a run ended without some of its shards, or was aborted
  130  stopped by Ctrl-C`;
