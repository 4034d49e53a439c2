import { type PointModel, selfSufficient } from 'foreshard';

/** A forecasting model: the straight line from the first known value to the last goes on. */
export const drift: PointModel = {
  name: 'drift',
  fit({ values, trainingEnd }) {
    if (trainingEnd < 2) return undefined;
    return selfSufficient((origin, horizon) => {
      const last = values[origin - 1] ?? 0;
      const slope = origin > 1 ? (last - (values[0] ?? 0)) / (origin - 1) : 0;
      return Float64Array.from({ length: horizon }, (_, ahead) => last + slope * (ahead + 1));
    });
  },
};
