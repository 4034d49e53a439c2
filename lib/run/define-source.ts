import type * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import type { ObjectLocation, ObjectStore } from '../ports/object-store.ts';
import type { DataRange, InputLayout } from '../shards/input-layout.ts';
import { TaskName } from '../workflow/task-name.ts';
import type { ReadBlock } from './input/read-range.ts';

/** What a definition says of its input, and the stores to read it from. */
export interface SourceRequest<Params> {
  readonly location: ObjectLocation;
  readonly params: Params;
  /** Reads are metered: they are the shard's bytes and I/O time. */
  readonly objects: ObjectStore;
}

/** The range of one shard, in the units of the layout that was stored when the run began. */
export interface SourceRange<Params> extends SourceRequest<Params> {
  readonly layout: InputLayout;
  readonly range: DataRange;
}

/** A kind of input that does not come with Foreshard: `{ "kind": "custom", "source": NAME }` in a definition. */
export interface Source<Params = unknown> {
  readonly name: string;
  readonly params?: z.ZodType<Params>;
  /** Of how many units the input consists, what they weigh, and where it may be cut. Asked once for each run. */
  layout(request: SourceRequest<Params>): Promise<InputLayout>;
  /** Ranges that join give every record exactly once, and reading can go on behind any block. */
  read(request: SourceRange<Params>): AsyncIterable<ReadBlock>;
}

/** Any source, whatever its parameters: what a list of sources holds. */
// biome-ignore lint/suspicious/noExplicitAny: a source is contravariant in its parameters, which are parsed before it is asked
export type AnySource = Source<any>;

/** All registered sources, by name. */
export type SourceRegistry = ReadonlyMap<string, Source>;

/**
 * Makes a kind of input known under a name.
 *
 * @throws {ZodError} when the name has other characters than lower case letters, digits and `-`
 */
export function defineSource<Params>(source: Source<Params>): Source<Params> {
  return { ...source, name: TaskName.parse(source.name) };
}

/** @throws {ForeshardError} `InvalidInput` when this process does not have the source */
export function requireSource(sources: SourceRegistry | undefined, name: string): Source {
  const source = sources?.get(name);
  if (source) return source;
  throw new ForeshardError(
    'InvalidInput',
    `there is no data source '${name}' here; known: ${[...(sources?.keys() ?? [])].join(', ') || 'none'}; export it from the module of your tasks: export const sources = [yourSource]`,
  );
}
