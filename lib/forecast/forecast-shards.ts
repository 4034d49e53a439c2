import { byCodeUnit } from '../core/by-code-unit.ts';
import type { ShardType } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Profile } from '../profile/profile.ts';
import type { Shard } from '../shards/sharding.ts';
import type { Estimates } from '../workflow/definition.ts';
import type { Forecast, ShardNeed, TypeForecast } from './forecast.ts';
import type { Context } from './rate/context-effect.ts';
import { RATE_STEP_MS } from './rate/rate-series.ts';
import { type ShardToSize, type TypeModel, typeModel } from './type-model.ts';

/** A week: nobody plans a run beyond it. */
const RATE_STEPS_MAX = 168;

export interface ForecastRequest {
  readonly shards: readonly Pick<Shard, 'id' | 'operation' | 'type' | 'bytes'>[];
  readonly profiles: ReadonlyMap<ShardType, Profile>;
  /** What the author believes of each operation, by its id; only a type without relatives looks at it. */
  readonly estimates: ReadonlyMap<string, Estimates>;
  /** The moment the run starts. */
  readonly now: EpochMs;
  readonly horizonMs: DurationMs;
  /** Probability that each need lies in its interval. */
  readonly level: number;
  /**
   * At which level durations of a type are asked for, so that `level` of them are covered: what earlier runs taught.
   *
   * @default `level` for every type
   */
  readonly durationLevels?: ReadonlyMap<ShardType, number>;
  /** The run's outside factors. */
  readonly context: Context;
}

/**
 * Predicts what every shard needs: from its type's profile, else from the type's nearest relatives, else from a prior.
 *
 * @param request n shards of t types
 * @returns needs in the order of the shards, types in code unit order
 * @complexity O(n log s + t s log s) for s samples a type
 */
export function forecastShards(request: ForecastRequest): Forecast {
  const { shards, profiles, now, level, context } = request;
  const types = [...new Set(shards.map(({ type }) => type))].sort(byCodeUnit);
  const models = new Map(types.map((type) => [type, typeModel({ type, profiles, now, context })]));
  return {
    madeAt: now,
    level,
    types: [...models].map(([type, model]) => typeForecast(type, model, request)),
    shards: shardNeeds(request, models),
  };
}

function typeForecast(type: ShardType, model: TypeModel, { horizonMs, level }: ForecastRequest): TypeForecast {
  return {
    type,
    origin: model.origin,
    sampleCount: model.sampleCount,
    model: model.name,
    rate: [...model.rate(rateStepCount(horizonMs), level)],
    rateStepMs: RATE_STEP_MS,
  };
}

/** The hours that a horizon touches. */
function rateStepCount(horizonMs: DurationMs): number {
  return Math.min(RATE_STEPS_MAX, Math.max(1, Math.ceil(horizonMs / RATE_STEP_MS)));
}

function shardNeeds(
  { shards, estimates, level, durationLevels }: ForecastRequest,
  models: ReadonlyMap<ShardType, TypeModel>,
): Forecast['shards'] {
  const totals = new Map<string, { bytes: number; count: number }>();
  for (const { operation, bytes } of shards) {
    const before = totals.get(operation) ?? { bytes: 0, count: 0 };
    totals.set(operation, { bytes: before.bytes + bytes, count: before.count + 1 });
  }
  return shards.flatMap(({ id, operation, type, bytes }) => {
    const total = totals.get(operation) ?? { bytes: 0, count: 1 };
    const share = total.bytes > 0 ? bytes / total.bytes : 1 / total.count;
    const model = models.get(type);
    const known = { bytes, estimates: estimates.get(operation) ?? {}, share };
    return model
      ? [{ shard: id, need: needOf(model, known, { level, askedLevel: durationLevels?.get(type) ?? level }) }]
      : [];
  });
}

/** An interval of a duration asked for at another level still promises the one that was wanted. */
function needOf(
  model: TypeModel,
  shard: ShardToSize,
  { level, askedLevel }: { readonly level: number; readonly askedLevel: number },
): ShardNeed {
  const need = model.need(shard, level);
  if (askedLevel === level) return need;
  return { ...need, durationMs: { ...model.need(shard, askedLevel).durationMs, level } };
}
