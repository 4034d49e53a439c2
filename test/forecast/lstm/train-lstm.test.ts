import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { components } from '../../../lib/forecast/components.ts';
import { ensemble } from '../../../lib/forecast/ensemble.ts';
import { LstmDocument } from '../../../lib/forecast/lstm/lstm-document.ts';
import { promoteLstm } from '../../../lib/forecast/lstm/promote-lstm.ts';
import { trainLstm } from '../../../lib/forecast/lstm/train-lstm.ts';
import { lstm } from '../../../lib/forecast/models/lstm.ts';
import { hourly, NONSENSE, regular } from '../models/series-arbitraries.ts';

const random = seededRandom(3);

/** Days of one shape on top of a walk: yesterday is a poor guess, yesterday moved by the last hours a good one. */
function wandering(): Float64Array {
  let level = 0;
  return Float64Array.from({ length: 300 }, (_, t) => {
    level += 0.02 * (random() - 0.5);
    return Math.exp(level + 0.4 * Math.sin((2 * Math.PI * t) / 24));
  });
}

const series = Array.from({ length: 6 }, wandering);
const unseen = Array.from({ length: 6 }, wandering);
const train = (stepCount: number, seed = 1) => LstmDocument.parse(trainLstm({ series, unseen, seed, stepCount }));
const trained = train(40);

describe('trainLstm', () => {
  it('predicts series that it has not seen better with every stretch of training', () => {
    const untrained = train(0).validationError ?? 0;
    expect(trained.validationError).toBeLessThan(0.9 * untrained);
  });

  it('gives the same document for the same data, seed and budget, and another hash for others', () => {
    expect(train(3)).toEqual(train(3));
    const hashes = [train(0), train(0, 2), train(1)].map(({ trainingHash }) => trainingHash);
    expect(new Set(hashes).size).toBe(3);
  });

  it('learns nothing from series that are too short', () => {
    expect(trainLstm({ series: [Float64Array.of(1, 2, 3)], unseen, seed: 1, stepCount: 5 })).toBeUndefined();
  });

  it('survives a store: the document is plain JSON, and predicts the same afterwards', () => {
    const again = LstmDocument.parse(JSON.parse(JSON.stringify(trained)));
    const paths = [trained, again].map((document) =>
      ensemble({ horizon: 30, models: [lstm(document)] })
        .fit(hourly(regular()))
        .predict(30, 0.9),
    );
    expect(paths[1]).toEqual(paths[0]);
  });
});

describe('lstm', () => {
  it.each(NONSENSE)('makes something sane of %s', (_, values) => {
    const intervals = ensemble({ horizon: 30, models: [lstm(trained)] })
      .fit(hourly(values))
      .predict(30, 0.9);
    const largest = Math.max(...values.filter(Number.isFinite).map(Math.abs));
    for (const { point, lower, upper } of intervals) {
      expect([point, lower, upper].every(Number.isFinite)).toBe(true);
      expect(Math.abs(point)).toBeLessThanOrEqual(25 * largest + 1e-150);
    }
  });

  it('speaks where only two days and a half are known, and not on another grid', () => {
    const short = ensemble({ horizon: 24, models: [...components, lstm(trained)] }).fit(hourly(regular(60)));
    expect(short.predict(24, 0.9).every(({ point }) => Number.isFinite(point))).toBe(true);
    const values = Float64Array.from(regular());
    expect(lstm(trained).fit({ values, seasons: [24, 168], trainingEnd: 40 })).toBeDefined();
    expect(lstm(trained).fit({ values, seasons: [288], trainingEnd: 400 })).toBeUndefined();
  });
});

describe('promoteLstm', () => {
  const judged = [hourly(regular(200))];
  /** A network that says ten times what it should. */
  const wild = { ...trained, parameters: trained.parameters.map((parameter) => 10 * parameter) };

  it('keeps the present network unless the ensemble gets no worse', () => {
    const { promoted, candidateError, presentError } = promoteLstm(trained, trained, judged);
    expect([promoted, candidateError]).toEqual([true, presentError]);
    const swapped = [promoteLstm(wild, trained, judged), promoteLstm(trained, wild, judged)];
    for (const one of swapped) expect(one.promoted).toBe(one.candidateError <= one.presentError);
    expect(swapped[0]?.candidateError).toBe(swapped[1]?.presentError);
  });

  it('promotes nothing on no evidence', () => {
    expect(promoteLstm(trained, undefined, []).promoted).toBe(false);
  });
});
