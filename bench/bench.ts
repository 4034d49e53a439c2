export interface BenchOptions {
  /** A folder laid out as the shared data, when one was given. */
  readonly data: string | undefined;
}

/** What a figure must reach. */
export interface Target {
  readonly atMost?: number;
  readonly atLeast?: number;
}

export type BenchRow = Readonly<Record<string, string | number>>;

export interface Measurement {
  /** What was measured, under names that bear their unit. */
  readonly figures: Readonly<Record<string, number>>;
  /** By the name of the figure. */
  readonly targets: Readonly<Record<string, Target>>;
  /** For a reader: the figures in their context. */
  readonly table: readonly BenchRow[];
}

/** One measurement that `npm run bench -- NAME` can be asked for; the file that exports it bears its name. */
export interface Bench {
  readonly name: string;
  /** What it measures on or with: `nothing`, `vega-datasets`, `--data with series/m4-hourly`. */
  readonly needs: string;
  /** How long on two cores: `20 s`. */
  readonly takes: string;
  /**
   * @throws {ForeshardError} `InvalidInput` or `MissingObject` when the data are not there: bench/need-data.ts says it well
   */
  run(options: BenchOptions): Promise<Measurement>;
}
