import { ForeshardError } from '../core/foreshard-error.ts';
import type { Bytes } from '../core/quantity.ts';
import type { Sample } from '../profile/profile.ts';
import type { ShardNeed } from './forecast.ts';
import type { Interval } from './interval.ts';
import { type FittedMeasure, fitMeasure, type MeasureKind } from './size/fit-measure.ts';
import { onOneVcpu } from './size/on-one-vcpu.ts';

/** How large a shard is. */
export interface ShardSize {
  readonly bytes: Bytes;
  /** When known: some tasks cost by the record and not by the byte. */
  readonly records?: number;
}

/** What shards of one type need, as a function of their size. */
export interface FittedSizeModel {
  /** The curve that held-out error chose for the duration. */
  readonly name: string;
  readonly sampleCount: number;
  /**
   * @param level probability that the truth lies in each interval, in (0, 1)
   * @returns the need on one vCPU; every number finite and not negative, lower <= point <= upper
   */
  predict(size: ShardSize, level: number): ShardNeed;
}

type Measure = Exclude<keyof ShardNeed, 'stragglerShare'>;

interface MeasureDefinition extends MeasureKind {
  readonly valueOf: (sample: Sample) => number;
}

const MEASURES: Readonly<Record<Measure, MeasureDefinition>> = {
  cpuMs: { resolution: 1, grows: true, valueOf: ({ cpuMs }) => cpuMs },
  durationMs: { resolution: 1, grows: true, valueOf: onOneVcpu },
  memoryMiB: { resolution: 1, grows: false, valueOf: ({ peakMemoryMiB }) => peakMemoryMiB },
  ioMs: { resolution: 1, grows: true, valueOf: ({ ioMs }) => ioMs },
  networkBytes: { resolution: 1_024, grows: true, valueOf: ({ networkBytes }) => networkBytes },
};

/** By the samples themselves: a workflow has many operations of one type, and the fit depends on nothing else. */
const fittedModels = new WeakMap<readonly Sample[], FittedSizeModel>();

/**
 * Learns what shards of one type need from its attempts; the same list of samples is fitted once.
 *
 * Each measure has a model of its own: a median regression on bytes, and one on records where they were counted, of
 * the shape that predicts held-out runs best. Intervals are conformal; with few samples a wide prior holds them open.
 *
 * @param samples n committed attempts, at least 1
 * @throws {ForeshardError} `InvalidInput` without a sample: use a prior then
 * @complexity O(n log n)
 */
export function fitSizeModel(samples: readonly Sample[]): FittedSizeModel {
  const model = fittedModels.get(samples) ?? fitAll(samples);
  fittedModels.set(samples, model);
  return model;
}

function fitAll(samples: readonly Sample[]): FittedSizeModel {
  if (samples.length === 0) {
    throw new ForeshardError('InvalidInput', 'a size model needs at least 1 sample but got 0; use priorNeed instead');
  }
  const fitted = {
    cpuMs: fitBySize(samples, MEASURES.cpuMs),
    durationMs: fitBySize(samples, MEASURES.durationMs),
    memoryMiB: fitBySize(samples, MEASURES.memoryMiB),
    ioMs: fitBySize(samples, MEASURES.ioMs),
    networkBytes: fitBySize(samples, MEASURES.networkBytes),
  };
  return {
    name: fitted.durationMs.name,
    sampleCount: samples.length,
    predict: (size, level) => ({
      cpuMs: fitted.cpuMs.predict(size, level),
      durationMs: fitted.durationMs.predict(size, level),
      memoryMiB: fitted.memoryMiB.predict(size, level),
      ioMs: fitted.ioMs.predict(size, level),
      networkBytes: fitted.networkBytes.predict(size, level),
    }),
  };
}

interface FittedBySize {
  readonly name: string;
  predict(size: ShardSize, level: number): Interval;
}

/** By bytes, which are always known; by records for a shard whose records are known, if that is the better guide. */
function fitBySize(samples: readonly Sample[], measure: MeasureDefinition): FittedBySize {
  const byBytes = fitAgainst(samples, measure, ({ bytesIn }) => bytesIn);
  const counted = samples.every(({ recordsIn }) => recordsIn > 0);
  let byRecords: FittedMeasure | undefined;
  return {
    name: byBytes.curve,
    predict: ({ bytes, records }, level) => {
      if (!counted || records === undefined) return byBytes.predict(bytes, level);
      // Fitted on first use: most shards are cut by bytes and never ask.
      byRecords ??= fitAgainst(samples, measure, ({ recordsIn }) => recordsIn);
      const better = byRecords.heldOutError < byBytes.heldOutError;
      return better ? byRecords.predict(records, level) : byBytes.predict(bytes, level);
    },
  };
}

function fitAgainst(
  samples: readonly Sample[],
  measure: MeasureDefinition,
  sizeOf: (sample: Sample) => number,
): FittedMeasure {
  const measurements = samples.map((sample) => ({
    size: sizeOf(sample),
    value: measure.valueOf(sample),
    run: sample.run,
  }));
  return fitMeasure(measurements, measure);
}
