import type { DurationMs } from '../core/quantity.ts';
import type { LstmDocument } from '../forecast/lstm/lstm-document.ts';
import { promoteLstm } from '../forecast/lstm/promote-lstm.ts';
import { trainLstm } from '../forecast/lstm/train-lstm.ts';
import type { Series } from '../forecast/model.ts';
import type { Services } from '../ports/services.ts';
import { followedTypes } from './followed-types.ts';
import { loadHistory } from './load-history.ts';
import { isTrainingDue, readNetwork, readNetworkState, writeNetwork, writeNetworkState } from './network-store.ts';

const HOUR_MS = 3_600_000;
/** Once a day; what a day adds to two months changes a network little. */
const TRAIN_EVERY_MS = 24 * HOUR_MS;
const SEED = 1;
/** Slower than any vCPU that Lambda gives: a step takes about 70 ms on one. */
const STEP_MS = 150;
/** As many as docs/results/forecast-lstm.md was measured with. */
const STEPS_MAX = 2_500;
/** With fewer steps a network has learnt next to nothing; whether it has learnt enough, the promotion says. */
const STEPS_MIN = 10;
/** The rest is for reading, judging and storing. */
const TRAINING_SHARE = 0.6;
/** 200 series of two months are 2 MB, and their ensembles are judged in half a minute. */
const SERIES_MAX = 200;
const JUDGED_MAX = 40;
/** Its last two days are kept from the training, to be judged by. */
const HELD_OUT_HOURS = 48;
const TRAINED_HOURS_MIN = 96;

/** What a training came to. */
export type Training =
  | { readonly trained: false; readonly reason: 'not due' | 'no data' | 'no time' }
  | {
      readonly trained: true;
      readonly trainingHash: string;
      readonly stepCount: number;
      readonly seriesCount: number;
      readonly validationError: number | null;
      readonly promoted: boolean;
    };

/**
 * Trains the network that all types share on their hours of load, keeps it, and lets it forecast if the ensemble gets
 * no worse with it. Every fifth series is not trained on: its error is the score.
 *
 * @param budgetMs the steps are as many as surely fit into it, so that data and budget decide every bit
 */
export async function trainNetwork(
  { budgetMs }: { readonly budgetMs: DurationMs },
  services: Pick<Services, 'table' | 'objects' | 'clock'>,
): Promise<Training> {
  const { objects, clock } = services;
  const state = await readNetworkState(objects);
  const now = clock.now();
  if (!isTrainingDue(state, now, TRAIN_EVERY_MS)) return { trained: false, reason: 'not due' };
  const stepCount = Math.min(STEPS_MAX, Math.floor((budgetMs * TRAINING_SHARE) / STEP_MS));
  if (stepCount < STEPS_MIN) return { trained: false, reason: 'no time' };
  const series = await loadAll(services);
  const candidate = train(series, stepCount);
  if (candidate === undefined) return { trained: false, reason: 'no data' };
  await writeNetwork(objects, candidate);
  const judged = promoteLstm(candidate, await readNetwork(objects), series.slice(0, JUDGED_MAX));
  const { trainingHash, seriesCount, validationError } = candidate;
  await writeNetworkState(objects, {
    ...(state?.promotedHash !== undefined && { promotedHash: state.promotedHash, promotedAt: state.promotedAt }),
    ...(judged.promoted && { promotedHash: trainingHash, promotedAt: now }),
    trainedAt: now,
    candidateHash: trainingHash,
    candidateError: finite(judged.candidateError),
    presentError: finite(judged.presentError),
  });
  return { trained: true, trainingHash, stepCount, seriesCount, validationError, promoted: judged.promoted };
}

async function loadAll({ table, clock }: Pick<Services, 'table' | 'clock'>): Promise<readonly Series[]> {
  const series: Series[] = [];
  for (const { type, readUntil = clock.now() } of await followedTypes(table)) {
    if (series.length >= SERIES_MAX) break;
    const history = await loadHistory(table, type, { profile: undefined, readUntil });
    if (history === undefined || history.values.length < TRAINED_HOURS_MIN + HELD_OUT_HOURS) continue;
    series.push({ values: history.values, startedAt: history.startedAt, stepMs: HOUR_MS, seasons: [24, 168] });
  }
  return series;
}

/** With one series alone there is nothing that it has not seen. */
function train(series: readonly Series[], stepCount: number): LstmDocument | undefined {
  const isUnseen = (index: number) => series.length > 1 && index % 5 === 1;
  const known = series
    .filter((_, index) => !isUnseen(index))
    .map(({ values }) => Float64Array.from(values.slice(0, -HELD_OUT_HOURS)));
  const unseen = series.filter((_, index) => isUnseen(index)).map(({ values }) => Float64Array.from(values));
  return trainLstm({ series: known, unseen, seed: SEED, stepCount });
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
