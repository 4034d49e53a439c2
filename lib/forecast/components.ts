import { levelMedian, naive, seasonalNaive, slotMedian } from './models/baselines.ts';
import { exponentialSmoothing } from './models/exponential-smoothing.ts';
import { intermittent } from './models/intermittent.ts';
import { ridgeFamily } from './models/ridge-family.ts';
import { theta } from './models/theta.ts';
import type { PointModel } from './point-model.ts';

/** The members of the combination. */
export const components: readonly PointModel[] = [
  ...ridgeFamily,
  exponentialSmoothing({ name: 'double seasonal', log: false, trend: false, seasonCount: 2, autocorrelation: true }),
  exponentialSmoothing({ name: 'double seasonal log', log: true, trend: false, seasonCount: 2, autocorrelation: true }),
  exponentialSmoothing({ name: 'holt-winters', log: false, trend: false, seasonCount: 1, autocorrelation: true }),
  exponentialSmoothing({ name: 'ses', log: false, trend: false, seasonCount: 0, autocorrelation: false }),
  theta,
  intermittent,
  naive,
  seasonalNaive('seasonal naive', 'shortest'),
  seasonalNaive('seasonal naive, longest', 'longest'),
  slotMedian,
  levelMedian,
];
