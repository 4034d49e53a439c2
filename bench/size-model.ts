import { median } from 'simple-statistics';
import { fitSizeModel } from '../lib/forecast/size-model.ts';
import { SAMPLES_MAX, type Sample } from '../lib/profile/profile.ts';
import type { Bench } from './bench.ts';
import { type RecordedRun, readRecordedRuns } from './data/recorded-samples.ts';

/** The upper end of a 90 % interval is the 0.95 quantile. */
const LEVEL = 0.9;

/** A task this short is measured no better than to a third. */
const DURATION_MIN_MS = 100;

/** A type needs a few samples from other runs before a model of it says anything. */
const SAMPLES_MIN = 5;

/**
 * Recorded scientific workflows, twice: each run predicted from the other runs of its application, which have other
 * inputs (a first run on new data), and every second shard of a run from the shards between (the same data again).
 */
export const bench: Bench = {
  name: 'size-model',
  needs: '--data with workflows',
  takes: '10 s',
  run: async ({ data }) => {
    const byApplication = Map.groupBy(await readRecordedRuns(data), ({ application }) => application);
    const rows = [...byApplication].flatMap(([application, runs]) => {
      const across = runs.flatMap((run) =>
        outcomesOf(
          run,
          runs.filter((other) => other !== run),
        ),
      );
      const within = runs.flatMap((run) => outcomesOf(everySecond(run, 0), [everySecond(run, 1)]));
      return within.length > 0 ? [{ application, runCount: runs.length, across, within }] : [];
    });
    const across = rows.flatMap((row) => row.across);
    const within = rows.flatMap((row) => row.within);
    return {
      figures: {
        acrossCount: across.length,
        acrossMedianErrorShare: median(across.map(({ error }) => error)),
        acrossUpperCoverage: shareBelow(across),
        withinCount: within.length,
        withinMedianErrorShare: median(within.map(({ error }) => error)),
        withinUpperCoverage: shareBelow(within),
      },
      targets: {},
      table: rows.map((row) => ({
        application: row.application,
        runs: row.runCount,
        'across: shards': row.across.length,
        ...columnsOf('across', row.across),
        'within: shards': row.within.length,
        ...columnsOf('within', row.within),
      })),
    };
  },
};

function columnsOf(which: string, outcomes: readonly SizeOutcome[]): Record<string, string> {
  const known = outcomes.length > 0;
  return {
    [`${which}: median error`]: known ? `${(100 * median(outcomes.map(({ error }) => error))).toFixed(0)} %` : '-',
    [`${which}: below 0.95 quantile`]: known ? `${(100 * shareBelow(outcomes)).toFixed(1)} %` : '-',
  };
}

/** Every second task of a run, from the first or from the second on. */
function everySecond(run: RecordedRun, from: 0 | 1): RecordedRun {
  return { ...run, tasks: run.tasks.filter((_, index) => index % 2 === from) };
}

interface SizeOutcome {
  readonly error: number;
  readonly below: boolean;
}

function outcomesOf(run: RecordedRun, others: readonly RecordedRun[]): readonly SizeOutcome[] {
  const known = Map.groupBy(
    others.flatMap(({ tasks }) => tasks),
    ({ type }) => type,
  );
  return [...Map.groupBy(run.tasks, ({ type }) => type)].flatMap(([type, tasks]) => {
    const samples = (known.get(type) ?? []).map(({ sample }) => sample).slice(-SAMPLES_MAX);
    if (samples.length < SAMPLES_MIN) return [];
    const model = fitSizeModel(samples);
    const measurable = tasks.filter(({ sample }) => sample.durationMs >= DURATION_MIN_MS);
    return measurable.map(({ sample }) =>
      outcomeOf(sample, model.predict({ bytes: sample.bytesIn }, LEVEL).durationMs),
    );
  });
}

function outcomeOf(
  { durationMs }: Sample,
  { point, upper }: { readonly point: number; readonly upper: number },
): SizeOutcome {
  return { error: Math.abs(point - durationMs) / durationMs, below: durationMs <= upper };
}

function shareBelow(outcomes: readonly SizeOutcome[]): number {
  return outcomes.filter(({ below }) => below).length / outcomes.length;
}
