import type { EpochMs } from '../../lib/core/quantity.ts';
import { seededRandom } from '../../lib/core/random.ts';
import type { Metrics } from '../../lib/ports/metrics.ts';
import type { Item, Table, Write } from '../../lib/ports/table.ts';
import type { Bucket } from '../../lib/profile/series/bucket.ts';
import type { Window } from '../../lib/profile/series/catch-up-windows.ts';
import { gridStart, RESOLUTIONS } from '../../lib/profile/series/resolution.ts';
import type { M4Series } from '../data/m4-hourly.ts';

const HOUR_MS = 3_600_000;
/** The refresh before. */
const READ_BEFORE_MS = 300_000;
const NOISE = 0.04;
const BUSY_MAX = 10;

const FOLLOWED = 'FOLLOWED';
/** Partitions with an item for each type, whose name is the sort key. */
const KINDS: ReadonlySet<string> = new Set([FOLLOWED, 'EXPECTED']);

export interface LoadOfTypes {
  readonly metrics: Metrics;
  /** What a refresher finds that follows so many types. */
  table(typeCount: number): Table;
}

/**
 * Load of as many shard types as are asked for, up to now: type k keeps as many slots busy as series k says, hour by
 * hour, with noise from step to step. It is made up whenever it is read: in memory are the series alone, and the forecast
 * and insight that were written last for the first type, which all types have.
 */
export function loadOfTypes(hourly: readonly M4Series[], now: EpochMs): LoadOfTypes {
  const written = new Map<string, Item>();

  function buckets(type: number, { from, until, stepMs }: Window): readonly Bucket[] {
    const { known } = hourly[type % hourly.length] ?? { known: [] };
    const startsAt = gridStart(now, HOUR_MS) - (known.length - 1) * HOUR_MS;
    const random = seededRandom(type + from / stepMs);
    const level = BUSY_MAX / Math.max(1, ...known);
    const found: Bucket[] = [];
    for (let at = Math.max(from, startsAt); at < Math.min(until, now); at += stepMs) {
      const hour = Math.floor((at - startsAt) / HOUR_MS);
      found.push({ at, count: 10, sum: level * (known[hour] ?? 0) * (1 + NOISE * (random() - 0.5)) * stepMs });
    }
    return found;
  }

  /** As `lib/profile/series/series-store.ts` lays it out. */
  function chunk(partition: string, sort: string): Item | undefined {
    const [step, start = 0] = sort.split('#').map(Number);
    const { stepMs, chunkMs } = RESOLUTIONS.find(({ stepMs }) => stepMs === step) ?? RESOLUTIONS[0];
    const found = buckets(typeOf(partition), { from: start, until: start + chunkMs, stepMs });
    const stored = found.map(({ at, count, sum }) => [(at - start) / stepMs, count, sum]);
    return stored.length > 0 ? { partition, sort, start, buckets: stored } : undefined;
  }

  function* series(partition: string, sortPrefix: string): Iterable<Item> {
    const { stepMs, chunkMs, retentionMs } =
      RESOLUTIONS.find(({ stepMs }) => sortPrefix === `${stepMs}#`) ?? RESOLUTIONS[0];
    for (let start = gridStart(now - retentionMs, chunkMs); start < now; start += chunkMs) {
      const item = chunk(partition, `${stepMs}#${String(start).padStart(13, '0')}`);
      if (item) yield item;
    }
  }

  function* followed(typeCount: number): Iterable<Item> {
    for (let type = 0; type < typeCount; type += 1) {
      const name = `load-${type}@1`;
      const readUntil = now - READ_BEFORE_MS;
      yield { ...written.get(FOLLOWED), partition: FOLLOWED, sort: name, type: name, readUntil };
    }
  }

  function write(item: Item): Write {
    if (typeOf(`${item.partition}${item.sort}`) === 0) written.set(kindOf(item), item);
    return { applied: true, item };
  }

  return {
    metrics: {
      emit: () => {},
      read: async (asked, window) => asked.map(({ dimensions }) => buckets(typeOf(dimensions.type ?? ''), window)),
    },
    table: (typeCount) => ({
      get: async ({ partition, sort }) =>
        partition.startsWith('SERIES') ? chunk(partition, sort) : written.get(kindOf({ partition, sort })),
      async *query({ partition, sortPrefix = '' }) {
        yield* partition === FOLLOWED ? followed(typeCount) : series(partition, sortPrefix);
      },
      put: async (item) => write(item),
      update: async (key, { set }) => write({ ...written.get(kindOf(key)), ...set, ...key }),
      putAll: notHere,
      delete: notHere,
      queryQueue: notHere,
    }),
  };
}

/** What an item says about its type, whichever type that is. */
function kindOf({ partition, sort }: Pick<Item, 'partition' | 'sort'>): string {
  return KINDS.has(partition) ? partition : sort;
}

/** 7 in `durationMs#load-7@1`. */
function typeOf(text: string): number {
  return Number(/load-(\d+)@1/.exec(text)?.[1]);
}

function notHere(): never {
  throw new Error('no refresh does this');
}
