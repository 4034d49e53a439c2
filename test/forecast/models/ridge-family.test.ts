import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { standardNormal } from '../../../lib/core/standard-normal.ts';
import { ridgeFamily } from '../../../lib/forecast/models/ridge-family.ts';

const DAY = 24;
const SEASONS = [DAY, 7 * DAY];
const LENGTH = 28 * DAY;
const wave = (step: number) => 20 + 6 * Math.cos((2 * Math.PI * step) / DAY);

function pathOf(name: string, values: Float64Array, seasons: readonly number[] = SEASONS): Float64Array | undefined {
  const model = ridgeFamily.find((one) => one.name === name);
  if (!model) throw new Error(`there is no '${name}'`);
  return model.fit({ values, seasons, trainingEnd: values.length })?.forecast(values.length, DAY);
}

/** Root of the mean square of what a path is off the wave by. */
function errorOf(path: Float64Array | undefined): number {
  if (!path) return Number.POSITIVE_INFINITY;
  const squares = path.reduce((sum, value, ahead) => sum + (value - wave(LENGTH + ahead)) ** 2, 0);
  return Math.sqrt(squares / path.length);
}

describe('ridgeFamily', () => {
  it.each(ridgeFamily.map(({ name }) => name))('%s goes on with a wave that nothing disturbs', (name) => {
    const values = Float64Array.from({ length: LENGTH }, (_, step) => wave(step));
    // a hundredth of the wave's height: the penalty on the coefficients takes some of it
    expect(errorOf(pathOf(name, values))).toBeLessThan(0.06);
  });

  it('finds with waves the shape of the day below noise that lags hand on', () => {
    const random = seededRandom(7);
    const values = Float64Array.from({ length: LENGTH }, (_, step) => wave(step) + 3 * standardNormal(random));
    const withWaves = errorOf(pathOf('autoregression with waves', values));
    expect(withWaves).toBeLessThan(errorOf(pathOf('autoregression of daily change', values)) / 2);
    expect(withWaves).toBeLessThan(1);
  });

  it('does not apply to logs of what is below 0, to a season that there is not, and to too short a history', () => {
    const values = Float64Array.from({ length: LENGTH }, (_, step) => wave(step));
    const below = values.map((value) => value - 25);
    expect(pathOf('autoregression, log', below)).toBeUndefined();
    expect(pathOf('autoregression', below)).toHaveLength(DAY);
    expect(pathOf('autoregression of weekly change', values, [DAY])).toBeUndefined();
    expect(pathOf('autoregression', values.subarray(0, 5))).toBeUndefined();
    expect(pathOf('autoregression with waves', values, [])).toHaveLength(DAY);
  });
});
