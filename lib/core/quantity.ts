declare const unit: unique symbol;

/**
 * A number with its unit. A bare number or the sum of two equal quantities is accepted, a quantity of another unit is
 * a type error: milliseconds never slip in where bytes are meant.
 */
export type Quantity<Unit extends string> = number & { readonly [unit]?: Unit };

/** A length of time in milliseconds. */
export type DurationMs = Quantity<'duration-ms'>;

/** A moment: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Quantity<'epoch-ms'>;

/** A volume of data. */
export type Bytes = Quantity<'bytes'>;

/** Memory in MiB, the unit in which Lambda sells it. */
export type MemoryMiB = Quantity<'memory-mib'>;

/** Money in US dollars. */
export type CostUsd = Quantity<'cost-usd'>;
