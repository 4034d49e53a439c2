import { describe, expect, it } from 'vitest';
import { type DayShape, dayShape, pooledPath } from '../../lib/forecast/day-shape.ts';

const HOURS = 24;
/** Three days; one more each day, ten more after noon. */
const values = Array.from({ length: 3 * HOURS }, (_, at) => 1 + Math.floor(at / HOURS) + (at % HOURS < 12 ? 0 : 10));

/** Sums in another order differ in the last digit. */
function near(hour: DayShape['hours'][number]) {
  const close = (value: number) => expect.closeTo(value, 12);
  return { point: close(hour.point), lower: close(hour.lower), upper: close(hour.upper) };
}

function shapeOf(level: number, hour: DayShape['hours'][number]): DayShape {
  return { level, hours: new Array(HOURS).fill(hour) };
}

describe('dayShape', () => {
  it('is each hour as a multiple of the mean, with the range of its days', () => {
    const shape = dayShape(values, { firstHour: 0, level: 0.9 });
    expect(shape?.level).toBe(7);
    // 1, 2 and 3 before noon, 11, 12 and 13 after it, over a mean of 7; the ends of 90 % lie a twentieth of the range inside
    expect(shape?.hours[3]).toEqual(near({ point: 2 / 7, lower: 1.1 / 7, upper: 2.9 / 7 }));
    expect(shape?.hours[15]).toEqual(near({ point: 12 / 7, lower: 11.1 / 7, upper: 12.9 / 7 }));
  });

  it('goes by the clock, wherever the history begins', () => {
    const shifted = dayShape(values.slice(5), { firstHour: 5, level: 0.9 });
    expect(shifted?.hours[15]?.point).toBeGreaterThan(4 * (shifted?.hours[6]?.point ?? 0));
  });

  it('needs two days, and something that ran', () => {
    expect(dayShape(values.slice(0, 47), { firstHour: 0, level: 0.9 })).toBeUndefined();
    expect(dayShape(new Array(72).fill(0), { firstHour: 0, level: 0.9 })).toBeUndefined();
  });
});

describe('pooledPath', () => {
  const clock = { firstHour: 0, stepCount: 2, level: 0.9 };

  it('is the shape at the level of the others for a type without a past', () => {
    const shape = shapeOf(4, { point: 1.5, lower: 0.5, upper: 3 });
    expect(pooledPath([shape], [], clock)).toEqual([
      { point: 6, lower: 2, upper: 12, level: 0.9 },
      { point: 6, lower: 2, upper: 12, level: 0.9 },
    ]);
  });

  it('draws six hours of its own half way from the others, and spans the widest range of theirs', () => {
    const shapes = [shapeOf(4, { point: 1, lower: 0.5, upper: 2 }), shapeOf(4, { point: 2, lower: 1, upper: 5 })];
    const own = new Array<number>(6).fill(8);
    // level (6 · 8 + 6 · 4) / 12 = 6, times 1.5, 0.5 and 5
    expect(pooledPath(shapes, own, clock)[0]).toEqual({ point: 9, lower: 3, upper: 30, level: 0.9 });
  });
});
