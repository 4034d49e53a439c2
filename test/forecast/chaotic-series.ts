/** 60 values that any program can make: a logistic map, a trend and a season of 6. */
export function chaoticSeries(): Float64Array {
  let state = 0.3;
  return Float64Array.from({ length: 60 }, (_, t) => {
    state = 3.9 * state * (1 - state);
    return state * 10 + 0.05 * t + 2 * Math.sin((2 * Math.PI * t) / 6);
  });
}
