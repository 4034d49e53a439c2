import { type ArimaOrder, orderName } from './arima-order.ts';
import { chooseDifferences } from './choose-differences.ts';
import { differenceLags, differences } from './difference.ts';
import { type FittedArima, fitConditional, fitExact } from './fit-arima.ts';

/** Orders tried at most: the cap on time, counted and not clocked, so that the same series gives the same model. */
const ORDERS_MAX = 18;

const ORDER_MAX = 3;
const SEASONAL_ORDER_MAX = 1;

/**
 * Searches for the order of least AICc step by step: from four starts to the best neighbour until none is better, then
 * refines the winner by its exact likelihood.
 *
 * @param values n values of order one
 * @complexity that of 18 fits
 * @see Hyndman and Khandakar, "Automatic time series forecasting: the forecast package for R", 2008
 */
export function searchOrder(values: Float64Array, season: number): FittedArima {
  const base = { ...chooseDifferences(values, season), season };
  const changes = differences(values, differenceLags({ ...NONE, ...base }));
  const tried = new Map<string, FittedArima>();
  const attempt = (order: ArimaOrder) => {
    if (tried.size < ORDERS_MAX && !tried.has(orderName(order)))
      tried.set(orderName(order), fitConditional(changes, order));
  };
  for (const start of STARTS) attempt(seasonless({ ...NONE, ...start, ...base }));
  let best = leastAicc(tried);
  for (let improved = true; improved && tried.size < ORDERS_MAX; ) {
    for (const neighbour of neighbours(best.order)) attempt(neighbour);
    const next = leastAicc(tried);
    improved = next.aicc < best.aicc;
    best = next;
  }
  return fitExact(changes, best);
}

const NONE = { p: 0, d: 0, q: 0, seasonalP: 0, seasonalD: 0, seasonalQ: 0 };

const STARTS: readonly Partial<ArimaOrder>[] = [
  {},
  { p: 1, seasonalP: 1 },
  { q: 1, seasonalQ: 1 },
  { p: 2, q: 1, seasonalQ: 1 },
];

function seasonless(order: ArimaOrder): ArimaOrder {
  return order.season > 1 ? order : { ...order, seasonalP: 0, seasonalQ: 0 };
}

function neighbours(order: ArimaOrder): readonly ArimaOrder[] {
  const steps = [
    { p: 1 },
    { p: -1 },
    { q: 1 },
    { q: -1 },
    { p: 1, q: 1 },
    { p: -1, q: -1 },
    { seasonalP: 1 },
    { seasonalP: -1 },
    { seasonalQ: 1 },
    { seasonalQ: -1 },
  ];
  return steps.map((step) => ({
    ...order,
    p: within(order.p + (step.p ?? 0), ORDER_MAX),
    q: within(order.q + (step.q ?? 0), ORDER_MAX),
    seasonalP: order.season > 1 ? within(order.seasonalP + (step.seasonalP ?? 0), SEASONAL_ORDER_MAX) : 0,
    seasonalQ: order.season > 1 ? within(order.seasonalQ + (step.seasonalQ ?? 0), SEASONAL_ORDER_MAX) : 0,
  }));
}

function within(order: number, most: number): number {
  return Math.min(most, Math.max(0, order));
}

function leastAicc(tried: ReadonlyMap<string, FittedArima>): FittedArima {
  return [...tried.values()].reduce((best, one) => (one.aicc < best.aicc ? one : best));
}
